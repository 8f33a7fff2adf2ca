/**
 * Webhook deliveries, written in the transaction of their event. `seq` is the order of the events. `held_until` ends the
 * lease of the node `held_by`. `status_before` is set for a delivery that is sent again on request.
 */
export const webhooks = /* sql */ `
CREATE TABLE webhook_deliveries (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE DEFAULT gen_random_uuid()::text,
  endpoint text COLLATE "C" NOT NULL,
  event text NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  channel_id text COLLATE "C" NOT NULL,
  content jsonb NOT NULL,
  created_at bigint NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'pending',
  attempts jsonb NOT NULL DEFAULT '[]',
  next_attempt_at bigint,
  held_by text COLLATE "C",
  held_until bigint NOT NULL DEFAULT 0,
  resends integer NOT NULL DEFAULT 0,
  status_before text,
  is_erased boolean NOT NULL DEFAULT false
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (session_id, endpoint, seq) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_held ON webhook_deliveries (held_by) WHERE held_by IS NOT NULL;
CREATE INDEX webhook_deliveries_by_session ON webhook_deliveries (session_id, seq);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint, seq);
CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (status, seq);
CREATE INDEX webhook_deliveries_by_channel ON webhook_deliveries (channel_id);
CREATE INDEX webhook_deliveries_by_creation ON webhook_deliveries (created_at);
`;
