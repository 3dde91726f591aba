-- Those that rest are measured in the order of their last try, so that one that fails every time does not come first every time.
DROP INDEX agent_containers_rested_unmeasured;
CREATE INDEX agent_containers_rested_unmeasured ON agent_containers (state_measured_at NULLS LAST, status_since)
  WHERE status IN ('stopped', 'error') AND (state_measured_at IS NULL OR state_measured_at < status_since);
