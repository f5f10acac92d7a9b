-- A statement's plan is made for the organization that is active then, and kept by its session for all others. As an expression, the
-- organization is known to the planner: for one that the statistics have not seen, it expects no rows, whichever index it takes, and
-- may find a process by all those of the organization. That takes 36 ms of 200,000 processes, where the primary key takes 0.02. As a
-- subquery, which is evaluated once in each statement, it may be any.

ALTER POLICY own_organization ON processes USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_versions USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_version_index USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_facts USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_functions USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_actions USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_suggestions USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_suggestion_index USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_suggestion_ratings USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_executions USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON process_execution_index USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON idempotency_keys USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON audit_log USING (organization_id = (SELECT grimoire_organization()));
ALTER POLICY own_organization ON outbox USING (organization_id = (SELECT grimoire_organization()));
