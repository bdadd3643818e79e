"""First and last names by country, and what people are called at work."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

_MARKED = "ÁÀÂÃÅáàâãåāąÇĆČçćčĎďÉÈÊËĚĘéèêëěęĞğÍÎÏİíîïıŁłÑŃŇñńňÓÔÕØóôõøőŘřŚŠŞśšşŤťÚÛÙúûùůűÝýŹŻŽźżž"
_BARE = "AAAAAaaaaaaaCCCcccDdEEEEEEeeeeeeGgIIIIiiiiLlNNNnnnOOOOoooooRrSSSsssTtUUUuuuuuYyZZZzzz"
_PAIRS = {"Ä": "Ae", "ä": "ae", "Ö": "Oe", "ö": "oe", "Ü": "Ue", "ü": "ue", "ß": "ss", "Æ": "Ae", "æ": "ae"}
_FOLD = str.maketrans({**dict(zip(_MARKED, _BARE, strict=True)), **_PAIRS})


@cache
def plain(text: str) -> str:
    """Letters and digits that a mail address may have: `Müller-Groß` → `mueller-gross`."""
    folded = text.translate(_FOLD).casefold()
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in folded)
    return "-".join(part for part in kept.split("-") if part)


class Country(NamedTuple):
    """A country as the CRM names it, with names, cities, phone prefix, legal forms and mail domain."""

    name: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    cities: tuple[str, ...]
    prefix: str
    forms: tuple[str, ...]
    domain: str


def words(text: str) -> tuple[str, ...]:
    """The words of a text; an underline stands for a space inside one."""
    return tuple(word.replace("_", " ") for word in text.split())


COUNTRIES = (
    Country(
        "Deutschland",
        words("Anna Jürgen Katrin Björn Sören Uwe Petra Matthias Änne Jörg Lena Tobias Heike Günter Ute Felix"),
        words("Müller Schäfer Groß Köhler Weiß Krüger Schröder Möller Voß Jäger Böhm Strauß Lüders Hübner Behrens "
               "von_der_Heide Schmidt-Rößler Öztürk"),
        words("München Köln Düsseldorf Nürnberg Hamburg Würzburg Göttingen Lübeck"),
        "+49", ("GmbH", "AG", "GmbH & Co. KG", "e.K."), "de",
    ),
    Country(
        "United States",
        words("James Maria Robert Jennifer Wei Latoya José Brandon Ashley Priya Kevin Nicole DeShawn Megan Carlos"),
        words("Smith Johnson O'Brien García Nguyen Williams McAllister Lee Patel Brown D'Angelo Rodríguez Cohen "
              "Walker St._James Kowalski Hall Young"),
        words("Austin Chicago Boston San_José Denver St._Louis Raleigh Coeur_d'Alene"),
        "+1", ("Inc.", "LLC", "Corp.", "Co."), "com",
    ),
    Country(
        "United Kingdom",
        words("Oliver Siobhán Harry Gemma Nigel Aoife Callum Zara Rhys Imogen Graham Fiona"),
        words("Taylor O'Connor Evans Hughes Campbell Wright MacDonald Shah Robinson Clarke Fitz-Gerald Okafor"),
        words("London Manchester Leeds Bristol Edinburgh King's_Lynn"),
        "+44", ("Ltd", "PLC", "LLP"), "co.uk",
    ),
    Country(
        "France",
        words("François Chloé Jérôme Hélène Loïc Aurélie Gaël Zoé Benoît Noémie Rémi Inès"),
        words("Lefèvre Dupré Béranger D'Hérouville Noël Garçon L'Hôte Étienne Bénard Côté Müntz Françon"),
        words("Paris Besançon Saint-Étienne Nîmes Orléans Angoulême"),
        "+33", ("SARL", "SAS", "S.A."), "fr",
    ),
    Country(
        "Polska",
        words("Łukasz Małgorzata Paweł Żaneta Michał Agnieszka Grzegorz Zofia Sławomir Kinga"),
        words("Kowalczyk Wójcik Dąbrowski Żak Śliwa Łuczak Gołąb Świątek Krawczyk"),
        words("Kraków Łódź Wrocław Gdańsk Poznań"),
        "+48", ("Sp. z o.o.", "S.A."), "pl",
    ),
    Country(
        "España",
        words("Íñigo Begoña Jesús Lucía Ángel Núria Andrés Sofía Óscar Inmaculada"),
        words("Muñoz Núñez Ibáñez López Gutiérrez Peña Cañizares Martín Güell"),
        words("Málaga Cádiz A_Coruña Logroño León"),
        "+34", ("S.L.", "S.A."), "es",
    ),
    Country(
        "Türkiye",
        words("Gökhan Çiğdem Işıl Şükrü Ömer Gülşen Barış Yağmur"),
        words("Yılmaz Şahin Çelik Öztürk Güneş Kılıç"),
        words("İstanbul İzmir Eskişehir Muğla"),
        "+90", ("A.Ş.", "Ltd. Şti."), "com.tr",
    ),
    Country(
        "Danmark",
        words("Søren Åse Jørgen Mette Bjørn Kåre Bente Lærke"),
        words("Sørensen Kjær Nørgaard Højgaard Møller Ærø"),
        words("København Århus Ålborg Sønderborg"),
        "+45", ("ApS", "A/S"), "dk",
    ),
    Country(
        "Česko",
        words("Jiří Tomáš Kateřina Ondřej Šárka Matěj Božena Žofie"),
        words("Dvořák Růžička Kučera Němec Šťastný Čapek"),
        words("Praha Plzeň České_Budějovice Ústí_nad_Labem"),
        "+420", ("s.r.o.", "a.s."), "cz",
    ),
    Country(
        "Österreich",
        words("Franz Liesl Günther Resi Jörg Walpurga"),
        words("Gruber Hörmann Lösch Strobl Größinger Wießner"),
        words("Wien Linz Mödling Kufstein"),
        "+43", ("GmbH", "AG"), "at",
    ),
)  # fmt: skip

SHARES = (30, 55, 67, 75, 81, 86, 90, 93, 96, 100)
"""Up to which percentage a company is in the country of the same place in COUNTRIES."""


class Role(NamedTuple):
    """A title as people have it, and the department."""

    title: str
    department: str


TITLES = (
    Role("CEO", "Management"),
    Role("Managing Director", "Management"),
    Role("Geschäftsführer", "Management"),
    Role("VP Marketing", "Marketing"),
    Role("Head of Marketing", "Marketing"),
    Role("Marketing Manager, EMEA", "Marketing"),
    Role("Leiterin Vertrieb", "Sales"),
    Role("VP Sales", "Sales"),
    Role("Sales Operations Manager", "Sales"),
    Role("CFO", "Finance"),
    Role("Controller", "Finance"),
    Role("Director of IT", "IT"),
    Role("IT-Leiter", "IT"),
    Role("Systems Administrator", "IT"),
    Role("CTO / Co-Founder", "IT"),
    Role("Purchasing Manager", "Purchasing"),
    Role("Chef de projet", "Operations"),
    Role("Operations Director", "Operations"),
    Role("Plant Manager", "Operations"),
    Role("Consultant", "Operations"),
    Role("Assistant to the Board", "Management"),
    Role("Intern", "Marketing"),
    Role('Ass. Prof. "Industrial Data"', "Research"),
)
