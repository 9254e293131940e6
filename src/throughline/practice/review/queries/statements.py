"""The statements that gather facts over the record's tables, written once: one row shape a statement."""

# Cases in the order of their ids, so that a population comes out in a fixed order.
HEADS = """
select c.id, c.patient_id, c.site_id, c.opened_at, c.acuity, c.matters_most, c.matters_most_at,
       p.birth_date, p.gender, p.language, p.interpreter_needed, coalesce(nullif(p.time_zone, ''), s.time_zone),
       array(select e.programme from cases_enrolment e where e.case_id = c.id and e.until is null)
from cases_case c join people_patient p on p.id = c.patient_id join access_site s on s.id = c.site_id
where c.id = any(%(cases)s) and c.site_id = any(%(sites)s) order by c.id
"""


def _facts(
    kind: str,
    table: str,
    *,
    said: str = "''",
    value: str = "null::float8",
    by: str = "author",
    more: str = "",
    **own: str,
) -> str:
    """One part of the union over the chart's tables."""
    class_, stay, place, verification = (
        own.get("class_", "''"), own.get("stay", "false"), own.get("place", "''"), own.get("verification", "''")
    )  # fmt: skip
    return f"""(select '{kind}', patient_id, id::text, code_system, code, codings::text, display, status,
      coalesce(effective_at, recorded_at, received_at)::text, effective_until::text, {value}, {said}, {by}, {class_},
      {stay}, {place}, {verification} from {table} where patient_id = any(%(patients)s){more})"""


CHART = " union all ".join(
    (
        _facts("condition", "chart_condition", said="display", verification="verification"),
        _facts("medicine", "chart_medication", said="display", more=" and not do_not_perform"),
        _facts("procedure", "chart_procedure", said="display", more=" and status <> 'not-done'"),
        _facts(
            "encounter",
            "chart_encounter",
            said="concat_ws(', ', display, reason, location, provider)",
            class_="class_code",
            stay="is_stay",
            place="provider",
            more=" and status not in ('cancelled', 'planned')",
        ),
        _facts("immunization", "chart_immunization", said="display", more=" and status not in ('not-done')"),
        _facts("report", "chart_report", said="display"),
        _facts("note", "chart_note", said="concat_ws(', ', title, display)"),
        _facts("coverage", "chart_coverage", said="concat_ws(', ', payer, display)"),
        _facts(
            "observation",
            "chart_observation",
            said="value_text",
            value="value_number",
            more=" and code = any(%(codes)s)",
        ),
    )
)

# What surrounds the chart: kind, patient, id, when (null: to come), until or due, words, more, holder.
CIRCLE = """
(select 'contact', patient_id, id::text, at::text, null, interpreter, outcome, ''
   from contacts_contact where patient_id = any(%(patients)s))
union all
(select 'consent', patient_id, id::text, at::text, least(withdrawn_at, expires_on::timestamptz)::text, scope, '', ''
   from cases_consent where patient_id = any(%(patients)s) and decision = 'given')
union all
(select 'person', patient_id, id::text, since::timestamptz::text, until::timestamptz::text, name,
        concat_ws(' ', case when authority in ('hcpoa', 'guardian', 'parent', 'surrogate') then 'proxy' end,
                  case when caregiver then 'caregiver' end), ''
   from people_contactperson where patient_id = any(%(patients)s))
union all
(select 'named', n.patient_id, n.id::text, n.recorded_at::text, null,
        coalesce(p.display_name, o.name, n.name), n.kind, ''
   from people_namedprovider n left join people_practitioner p on p.id = n.practitioner_id
        left join people_organization o on o.id = n.organization_id
  where n.patient_id = any(%(patients)s) and n.kind = 'general')
union all
(select 'task', t.patient_id, t.id::text, t.done_at::text, t.due_at::text, concat_ws(' ', t.verb, t.title), t.subject,
        coalesce(u.full_name, m.name, '')
   from tasks_task t left join access_user u on u.id = t.owner_id left join access_team m on m.id = t.team_id
  where t.patient_id = any(%(patients)s) and t.state <> 'cancelled' and t.subject not like 'plan-action:%%')
union all
(select 'team', patient_id, id::text, null, null, '', participants::text, ''
   from chart_outsideteam where patient_id = any(%(patients)s) and participants is not null
    and status not in ('inactive', 'entered-in-error'))
"""
