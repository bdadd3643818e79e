"""What `[score]` may say: points for who people are and for what they did, the bar, and what a direct request is."""

from __future__ import annotations

import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from connector.policy.section import Section

BAR = 100
"""The bar of every policy: people have it in their heads. Another one needs two names, see `policy unlock-bar`."""


class Match(Section):
    """A test of one field. It needs `values` or a limit; all that is given must hold."""

    field: str = Field(
        min_length=1, description="title, industry, employees, country, company, email, source … or a fact"
    )
    values: tuple[str, ...] = Field((), description="texts that fit, any of them, without case; * is a wildcard")
    leave_out: tuple[str, ...] = Field((), description="texts that don't fit, although they match")
    at_least: float | None = Field(None, description="a number not below this one")
    at_most: float | None = Field(None, description="a number not above this one")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.values and self.at_least is None and self.at_most is None:
            raise ValueError("say `values`, `at_least` or `at_most`")
        return self


class FitLine(Match):
    """Points for something a person is. They do not decay."""

    points: int = Field(description="points, negative ones too")
    group: str = Field("", description="of the lines of one group only the one with most points counts")


class BehaviourLine(Section):
    """Points for each time a person did something. Whatever is given must hold; a list holds if any of it does."""

    about: tuple[str, ...] = Field((), description="topics (see the mapping, and [score.topics]); the empty text: none")
    kind: tuple[str, ...] = Field((), description="call, mail, meeting, form, campaign_response, other …")
    direction: tuple[Literal["in", "out", ""], ...] = Field((), description="who took the step")
    outcome: tuple[str, ...] = Field((), description="connected, held, voicemail, responded …")
    points: int = Field(ge=0, description="points on the day it was done; 0: it is known, and worth nothing")
    half_life_days: float | None = Field(None, gt=0, description="after so many days half of the points are left")
    zero_after_days: float | None = Field(None, gt=0, description="points fall evenly to zero in so many days")
    most: int | None = Field(None, ge=0, description="no more points than this for all of it together")

    @model_validator(mode="after")
    def _decays(self) -> Self:
        if self.points and (self.half_life_days is None) == (self.zero_after_days is None):
            raise ValueError("behaviour decays: say one of `half_life_days` and `zero_after_days`")
        if not (self.about or self.kind or self.direction or self.outcome):
            raise ValueError("say at least one of `about`, `kind`, `direction` and `outcome`")
        return self


class Score(Section):
    """Points, and what they lead to."""

    source: Literal["own", "field"] = Field(
        "own", description="own: the points below; field: the marketing platform's score, read and never written"
    )
    field: str = Field("score", description="with source = field: where it is read: `score`, or a fact of the mapping")
    version: str = Field("", description="version of the weights; change it when you change points")
    bar: int = Field(BAR, description="the score that counts; locked, see `connector policy unlock-bar`")
    least_behaviour: int = Field(20, ge=0, description="of which so many points must be for what the person did")
    write_step: int = Field(5, ge=1, description="the score is written when it moved by so much, or crossed the bar")
    cool_off_days: int = Field(30, ge=0, description="days after a return to recycle in which no score counts")
    reviewed: datetime.date | None = Field(None, description="when sales and marketing last reviewed the points")
    review_after_days: int = Field(90, ge=1, description="after how many days they must be reviewed again")
    direct: tuple[str, ...] = Field(
        ("contact form", "demo", "quote"),
        description="what is a direct request: topics of what came in; `inbound call`, `inbound mail`: all of these",
    )
    direct_within_days: int = Field(
        90, ge=1, description="a direct request older than this, which nobody acted on, moves nobody any more"
    )
    news_days: int = Field(30, ge=1, description="a crossing or a request older than this is told nobody any more")
    topics: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="topic → names or types of campaigns; the first that fits; * is a wildcard"
    )
    ideal: dict[str, Match] = Field(
        default_factory=dict, description="the ideal client: dimension → what must hold, for the role `fit`"
    )
    ideal_least: int | None = Field(None, ge=1, description="how many dimensions must match; none: all of them")
    fit: dict[str, FitLine] = Field(default_factory=dict, description="points for who they are")
    behaviour: dict[str, BehaviourLine] = Field(default_factory=dict, description="points for what they did")


class Customer(Section):
    """What becomes of customers who cross the bar."""

    reenter: str | None = Field(
        None, description="the status in which they begin a new cycle; none: they stay, and their owner is alerted"
    )
