package ledger

import (
	"testing"

	"heed/internal/fail"
	"heed/internal/store"
)

// silencers are ways to let a statement succeed and keep nothing of it.
var silencers = map[string]struct{ sqlite, postgres string }{
	"entries of readings": {
		`create trigger quiet before insert on entry when new.version = 0 begin select raise(ignore); end`,
		`create trigger quiet before insert on entry for each row when (new.version = 0) execute function drop_it()`},
	"entries of changes": {
		`create trigger quiet before insert on entry when new.version > 0 begin select raise(ignore); end`,
		`create trigger quiet before insert on entry for each row when (new.version > 0) execute function drop_it()`},
	"places": {
		`create trigger quiet before insert on entry_pending begin select raise(ignore); end`,
		`create trigger quiet before insert on entry_pending for each row execute function drop_it()`},
	"heads": {
		`create trigger quiet before update on head begin select raise(ignore); end`,
		`create trigger quiet before update on head for each row execute function drop_it()`},
	"the numbering": {
		`create trigger quiet before insert on log_run begin select raise(ignore); end`,
		`create trigger quiet before insert on log_run for each row execute function drop_it()`},
	"tiles": {
		`create trigger quiet before insert on log_tile begin select raise(ignore); end`,
		`create trigger quiet before insert on log_tile for each row execute function drop_it()`},
	"checkpoints": {
		`create trigger quiet before insert on log_checkpoint begin select raise(ignore); end`,
		`create trigger quiet before insert on log_checkpoint for each row execute function drop_it()`},
}

// TestATriggerSilencesNothing: where the database drops a row of the ledger's and
// says that all is well, the unit fails: no entry, no page, no change, no number.
func TestATriggerSilencesNothing(t *testing.T) {
	for name, sql := range silencers {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *store.Store) {
				r := furnish(t, s)
				rec := r.begin("first")
				must(t, r.Publish(r.ctx))
				must(t, s.Do(r.ctx, func(tx *store.Tx) error {
					text := sql.sqlite
					if tx.Engine() == "postgres" {
						text = sql.postgres
						if _, err := tx.Exec(`create function drop_it() returns trigger language plpgsql as 'begin return null; end'`); err != nil {
							return err
						}
					}
					_, err := tx.Exec(text)
					return err
				}))
				var err error
				switch name {
				case "entries of readings", "places":
					err = r.look(rec, nurse)
				case "entries of changes", "heads":
					err = r.add(rec, 1, "second")
				default:
					must(t, r.add(rec, 1, "second"))
					err = r.Publish(r.ctx)
				}
				want := fail.ReadOnly
				if name == "heads" {
					want = fail.Stale
				}
				wants(t, err, want)
				if name != "heads" {
					wants(t, s.Sound(r.ctx, store.Schema{Migrations: migrations}), fail.Conflict)
				}
			})
		})
	}
}
