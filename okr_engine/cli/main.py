"""The edge of the command line: commands, errors as sentences, exit codes.

0 done · 1 failed, the installation needs attention · 2 bad input, the person corrects it
"""

import sys

import typer

from okr_engine.cli import (
    calendars,
    charting,
    control_charts,
    delivering,
    escalating,
    explaining,
    files,
    health,
    measuring,
    notifying,
    overseeing,
    pulling,
    rules,
    serving,
    sources,
    statuses,
    tokens,
)
from okr_engine.cli.speaking import complain
from okr_engine.errors import InputError, OkrError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
rule_group = typer.Typer(no_args_is_help=True, help="The rules that give statuses and call for actions.")
audit = typer.Typer(no_args_is_help=True, help="The audit log.")
events = typer.Typer(no_args_is_help=True, help="Canonical events.")
token_group = typer.Typer(no_args_is_help=True, help="Programs that may ask the API as a person.")
source_group = typer.Typer(invoke_without_command=True, callback=sources.list_sources)
delivery_group = typer.Typer(no_args_is_help=True, help="Steps of actions on their way to task platforms.")
channel_group = typer.Typer(no_args_is_help=True, help="Channels through which people are told.")
notification_group = typer.Typer(no_args_is_help=True, help="Messages to people.")
calendar_group = typer.Typer(no_args_is_help=True, help="Calendars of due dates.")
escalation_group = typer.Typer(no_args_is_help=True, help="Who is asked about an open action, and when.")
app.add_typer(rule_group, name="rules")
app.add_typer(escalation_group, name="escalation")
app.add_typer(audit, name="audit")
app.add_typer(events, name="events")
app.add_typer(source_group, name="sources")
app.add_typer(delivery_group, name="deliveries")
app.add_typer(token_group, name="tokens")
app.add_typer(channel_group, name="channels")
app.add_typer(notification_group, name="notifications")
app.add_typer(calendar_group, name="calendars")

app.command("serve")(serving.serve)
app.command("demo")(files.demo)
app.command("migrate")(files.migrate_database)
app.command("import")(files.import_file)
app.command("export")(files.export_file)
app.command("evaluate")(statuses.evaluate_quarter)
app.command("status")(statuses.status)
app.command("explain")(explaining.explain)
app.command("oversight")(overseeing.oversee)
app.command("chart")(charting.draw_key_result)
app.command("measure")(measuring.measure_kpi)
app.command("spc")(control_charts.chart_series)
app.command("pull")(pulling.pull_sources)
app.command("worker")(pulling.work)
app.command("doctor")(health.doctor)
rule_group.command("list")(rules.list_editions)
rule_group.command("show")(rules.show_rules)
rule_group.command("check")(rules.check_rules)
rule_group.command("back-test")(rules.try_rules)
rule_group.command("publish")(rules.publish_rules)
rule_group.command("withdraw")(rules.withdraw_rules)
escalation_group.command("show")(escalating.show_policy)
escalation_group.command("check")(escalating.check_file)
escalation_group.command("publish")(escalating.publish_file)
escalation_group.command("dry-run")(escalating.dry_run)
audit.command("verify")(health.verify_audit_log)
events.command("check")(measuring.check_folder)
delivery_group.command("list")(delivering.list_deliveries)
delivery_group.command("connect")(delivering.connect_platform)
delivery_group.command("replay")(delivering.replay_delivery)
delivery_group.command("resume")(delivering.resume_endpoint)
delivery_group.command("poll")(delivering.poll)
delivery_group.command("reconcile")(delivering.reconcile)
channel_group.command("list")(notifying.list_channels)
channel_group.command("connect")(notifying.connect_channel)
channel_group.command("probe")(notifying.probe_channel)
channel_group.command("resume")(notifying.resume)
notification_group.command("list")(notifying.list_notifications)
notification_group.command("replay")(notifying.replay_notification)
calendar_group.command("create")(calendars.create)
calendar_group.command("list")(calendars.list_calendars)
calendar_group.command("revoke")(calendars.revoke)
source_group.command("add")(sources.add_sources)
source_group.command("try")(sources.try_source)
source_group.command("runs")(sources.show_runs)
token_group.command("create")(tokens.create)
token_group.command("list")(tokens.list_tokens)
token_group.command("revoke")(tokens.revoke)


def main() -> None:
    """Run one command; what people can correct exits with 2, what the installation must solve with 1."""
    try:
        app()
    except OkrError as error:
        complain(error)
        sys.exit(2 if isinstance(error, InputError) else 1)
