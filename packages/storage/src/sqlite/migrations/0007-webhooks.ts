/**
 * Webhook deliveries, written in the transaction of their event. `seq` is the order of the events. `held_until` ends the
 * lease of the node `held_by`. `status_before` is set for a delivery that is sent again on request.
 */
export const webhooks = /* sql */ `
CREATE TABLE webhook_deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  endpoint TEXT NOT NULL,
  event TEXT NOT NULL,
  session_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending',
  attempts TEXT NOT NULL DEFAULT '[]',
  next_attempt_at INTEGER,
  held_by TEXT,
  held_until INTEGER NOT NULL DEFAULT 0,
  resends INTEGER NOT NULL DEFAULT 0,
  status_before TEXT,
  is_erased INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (session_id, endpoint, seq) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_held ON webhook_deliveries (held_by) WHERE held_by IS NOT NULL;
CREATE INDEX webhook_deliveries_by_session ON webhook_deliveries (session_id, seq);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint, seq);
CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (status, seq);
CREATE INDEX webhook_deliveries_by_channel ON webhook_deliveries (channel_id);
CREATE INDEX webhook_deliveries_by_creation ON webhook_deliveries (created_at);
`;
