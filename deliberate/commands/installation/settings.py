"""`deliberate settings`: every setting with its meaning, default, value and source."""

import json
import sys
from dataclasses import asdict

import click

from deliberate.config import InvalidSetting, load_settings
from deliberate.config.descriptions import Description, describe_settings
from deliberate.config.settings_file import read_variables
from deliberate.config.terminal import translate as _


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON.")
def command(as_json: bool) -> None:
    """Print every setting: meaning, effect, default, value and where the value comes from."""
    variables = read_variables()
    described = list(describe_settings(variables))
    if as_json:
        rows = [asdict(setting) for setting in described]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        click.echo("\n\n".join(map(_paragraph, described)))
    try:
        load_settings(variables.values)
    except InvalidSetting as error:
        for line in str(error).splitlines():
            click.echo(f"deliberate: {line}", err=True)
        sys.exit(1)


def _paragraph(setting: Description) -> str:
    line = f"{setting.name}={setting.value}  ({_source(setting.source)})"
    if setting.source != "default":
        line += "  " + _("default: %(value)s", value=setting.default or "–")
    return f"{line}\n    {setting.meaning}\n    {setting.effect}"


def _source(source: str) -> str:
    return {"default": _("default"), "environment": _("environment")}.get(source, source)
