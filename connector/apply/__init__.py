"""The only code that writes people to a CRM: reread, compare, intend, write, settle. And undo, which is a plan."""

from connector.apply.applied import Applied
from connector.apply.apply import apply, resume
from connector.apply.undo import undo
from connector.apply.work import GoOn, Tools, Wait, Warn

__all__ = ["Applied", "GoOn", "Tools", "Wait", "Warn", "apply", "resume", "undo"]
