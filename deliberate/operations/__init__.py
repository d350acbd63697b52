"""What people do here: one function, one act, one transaction, one row in the log."""

from deliberate.recording import ChangedForm, RepeatedForm, RequestContext, Submission

__all__ = ["ChangedForm", "RepeatedForm", "RequestContext", "Submission"]
