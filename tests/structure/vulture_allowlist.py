"""Names that vulture reports as unused although they are used, each group with its reason."""

# ruff: noqa: B018, F821
# The module is read by vulture and never run.

# Read by docs/generate.py and by tests.
_.causes
_.protects
_.without_key
_.renamed

# A table that statements name in SQL, below the layer of its model.
_.DataVersion

# Called or read by a framework, by name.
_.cache_ok  # SQLAlchemy
_.format_commands  # Click
_.save_session  # Flask
_.session_interface  # Flask
_.impl  # SQLAlchemy
_.process_bind_param  # SQLAlchemy
_.process_result_value  # SQLAlchemy
_.type_annotation_map  # SQLAlchemy
_.isolation_level  # sqlite3
_._value_  # enum
_.default_converters  # Werkzeug
_.must_revalidate  # Werkzeug
_.error_messages  # marshmallow
_._register_error_handlers  # flask-smorest
_.parameter_storage_class  # Werkzeug
_.request_class  # Flask
_.url_map_class  # Flask
_.url_rule_class  # Flask
_.task_class  # waitress
_.Meta  # WTForms
_.comments  # python-docx
_.keep_with_next  # python-docx
_.left_margin  # python-docx
_.page_height  # python-docx
_.page_width  # python-docx
_.right_margin  # python-docx
_.get_translations  # WTForms and Flask-Babel
_.pre_validate  # WTForms
_.process_formdata  # WTForms
_.widget  # WTForms
_.domain_instance  # Flask-Babel
_.is_anonymous  # Flask-Login
_._login_user  # Flask-Login
_.has_slots  # g.get of Flask
_.session_protection  # Flask-Login
_.permanent  # Flask session
_.get_signing_serializer  # Flask session
_.csrf_valid  # Flask-WTF
_.strict_slashes  # Werkzeug
_.regex  # Werkzeug
_.immutable  # Werkzeug
_.max_age  # Werkzeug
_.lstrip_blocks  # Jinja
_.trim_blocks  # Jinja
_.redirect_request  # urllib
_.handle_data  # html.parser
_.handle_endtag  # html.parser
_.handle_starttag  # html.parser
_.orientation  # python-docx
_.gid  # tarfile
_.gname  # tarfile
_.uname  # tarfile
_.TransientStorage  # limits, by its scheme in the storage URI
_.STORAGE_SCHEME  # limits
_._set_signal_handlers  # huey
_.max_form_parts  # Flask

# Decorated with a SQLAlchemy validator.
_._set_name_key

# Called by name: the events of the sample city.
_.publish_questionnaires
_.open_draft
_.revise_draft
_.contribute
_.join_draft_amendment
_.report_in_draft
_.hide_in_draft
_.close_draft
_.report_draft
_.appoint
_.create_institution

# Compared with independent libraries in tests/polls/test_tally.py.
_.winners

# Part of the public interface of CitiVoice, for researchers who import the package.
_.from_rows
_.person_facts
_.relaxed

# Used in quoted annotations, which vulture does not read.
ImmutableMultiDict

# Columns that are written for the record and read by people who query the database, or by the
# export of account data, which reads all columns.
_.added_by_id
_.agreed_by_id
_.answered_by_id
_.changed_by_id
_.checked_at
_.coded_at
_.confirmed_by_id
_.created_by_id
_.escalated_at
_.imported_by_id
_.imported_by_id
_.invited_at
_.opened_by_id
_.published_by_id
_.rated_at
_.recorded_at
_.recorded_by_id
_.referred_by_id
_.renderer
_.responder_id
_.settled_at
_.signed_at
_.stated_by_id

# Read by Flask.
_._get_file_stream
_.max_content_length
_.max_form_memory_size
