"""Names that vulture reports as unused although they are used, each group with its reason."""

# ruff: noqa: B018, F821
# The module is read by vulture and never run.

# Called or read by a framework, by name.

# Called by name: the events of the sample city.
# Columns that are written for the record and read by people who query the database, or by the
# Compared with independent libraries in tests/polls/test_tally.py.
# Decorated with a SQLAlchemy validator.
# Part of the public interface of CitiVoice, for researchers who import the package.
# Used in quoted annotations, which vulture does not read.
# export of account data, which reads all columns.
ImmutableMultiDict
_.Meta  # WTForms
_.STORAGE_SCHEME  # limits
_.TransientStorage  # limits, by its scheme in the storage URI
_._set_name_key
_._set_signal_handlers  # huey
_._value_  # enum
_.added_by_id
_.agreed_by_id
_.appoint
_.cache_ok  # SQLAlchemy
_.changed_by_id
_.checked_at
_.coded_at
_.confirmed_by_id
_.create_institution
_.created_by_id
_.domain_instance  # Flask-Babel
_.escalated_at
_.from_rows
_.get_translations  # WTForms and Flask-Babel
_.gid  # tarfile
_.gname  # tarfile
_.immutable  # Werkzeug
_.impl  # SQLAlchemy
_.is_anonymous  # Flask-Login
_.isolation_level  # sqlite3
_.lstrip_blocks  # Jinja
_.max_age  # Werkzeug
_.opened_by_id
_.permanent  # Flask session
_.person_facts
_.pre_validate  # WTForms
_.process_bind_param  # SQLAlchemy
_.process_formdata  # WTForms
_.process_result_value  # SQLAlchemy
_.published_by_id
_.rated_at
_.redirect_request  # urllib
_.referred_by_id
_.regex  # Werkzeug
_.relaxed
_.renderer
_.responder_id
_.session_protection  # Flask-Login
_.settled_at
_.signed_at
_.stated_by_id
_.strict_slashes  # Werkzeug
_.trim_blocks  # Jinja
_.type_annotation_map  # SQLAlchemy
_.uname  # tarfile
_.widget  # WTForms
_.winners
