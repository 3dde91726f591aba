-- How much disk an agent's state may take, and how much it takes.
ALTER TABLE backends ADD COLUMN state_limit_bytes BIGINT NOT NULL DEFAULT 5368709120 CHECK (state_limit_bytes > 0);
ALTER TABLE agent_containers
  ADD COLUMN state_bytes BIGINT,
  ADD COLUMN state_measured_at TIMESTAMPTZ(3);

-- The two questions of the measuring, however many agents rest: which of those that run is next, and which has come to rest since.
CREATE INDEX agent_containers_running_measured ON agent_containers (state_measured_at NULLS FIRST)
  WHERE status IN ('starting', 'running', 'stopping');
CREATE INDEX agent_containers_rested_unmeasured ON agent_containers (status_since)
  WHERE status IN ('stopped', 'error') AND (state_measured_at IS NULL OR state_measured_at < status_since);
-- Which agents keep most.
CREATE INDEX agent_containers_state_bytes_idx ON agent_containers (state_bytes DESC);
