package concern

import (
	"encoding/json"
	"sync"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// provedRows remembers the list rows that a record's history made, so that a list
// page folds each record once and not each time. It holds no word of what was
// written: ids, times, status, as the table does.
type provedRows struct {
	mu   sync.Mutex
	rows map[provedKey]Row // guarded by mu
}

type provedKey struct {
	record  id.Record
	version int64
}

const mostProved = 20_000

func (p *provedRows) get(r Row) (Row, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.rows[provedKey{r.Record, r.Version}]
	return known, ok
}

func (p *provedRows) put(r Row) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rows == nil || len(p.rows) >= mostProved {
		p.rows = map[provedKey]Row{}
	}
	p.rows[provedKey{r.Record, r.Version}] = r
}

// proved is the list row that the record's history makes, in place of the one that
// stands in the table. fail.Missing or fail.Gone when there is no such record. A
// record that is damaged stays in the list as its row has it, so that a concern is
// never lost from sight; opening it says what is wrong.
func (d *Desk) proved(tx *store.Tx, r Row) (Row, error) {
	if known, ok := d.rows.get(r); ok {
		return known, nil
	}
	c, _, err := d.load(tx, r.Org, r.Record)
	if fail.Is(err, fail.Tampered) {
		d.Log.Error("a record in a list does not match its history", "record", r.Record.String())
		return d.damaged(tx, r)
	}
	if err != nil {
		return Row{}, err
	}
	made := rowOf(c)
	if what := r.differs(made); what != "" {
		d.Log.Error("the list of concerns was changed outside the program", "record", r.Record.String(), "what", what)
		return made, nil // not remembered: the next list says it again
	}
	d.rows.put(made)
	return made, nil
}

// damaged is the row of a record that does not open. A row that names another
// organisation than the record's head shows it to nobody.
func (d *Desk) damaged(tx *store.Tx, r Row) (Row, error) {
	ours, err := d.Ledger.Belongs(tx, r.Record, r.Org)
	if err == nil && !ours {
		err = fail.New(fail.Missing, "Not found")
	}
	return r, err
}

// differs names the first column in which a stored row is not what the history makes.
func (r Row) differs(made Row) string {
	for _, c := range []struct {
		name string
		same bool
	}{
		{"org", r.Org == made.Org}, {"team", r.Team == made.Team}, {"reference", r.Reference == made.Reference}, {"raiser", r.Raiser == made.Raiser},
		{"owner", r.Owner == made.Owner}, {"version", r.Version == made.Version}, {"state", r.State == made.State}, {"progress", r.Progress == made.Progress},
		{"waiting", r.Waiting == made.Waiting}, {"open", r.Open == made.Open}, {"raised_at", r.RaisedAt.Equal(made.RaisedAt)}, {"tell_by", r.TellBy.Equal(made.TellBy)},
		{"due", r.Due.Equal(made.Due)}, {"told_at", r.ToldAt.Equal(made.ToldAt)}, {"closed_at", r.ClosedAt.Equal(made.ClosedAt)},
	} {
		if !c.same {
			return c.name
		}
	}
	return ""
}

const pictureField = "row"

// seal gives the row's picture: what access looks at, readable without folding the
// record, so that what is hidden costs what a missing record does however long its
// history is.
func (r Row) seal(key *vault.Key) []byte {
	plain, err := json.Marshal(r)
	if err != nil { // ids, times and words: cannot happen
		panic(err)
	}
	return key.Seal(pictureField, r.Version, record.Pad(plain, 0)) // its size would tell of bars
}

// pictured is a row as its record makes it, from the picture; from the whole history
// where the picture is not the one of the version at which the record stands. A row that
// is not there, or whose record does not open, is one of which nothing is known, and it
// costs the same to say so.
func (d *Desk) pictured(tx *store.Tx, org id.Org, r Row, there bool) (Row, error) {
	rec := r.Record
	if !there {
		r, rec = Row{Org: org}, org.Record()
	}
	key, err := d.Vault.Key(tx, org, rec)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) || fail.Is(err, fail.Tampered) {
		return r, nil // whoever may open it is told when it is read
	}
	if err != nil {
		return r, err
	}
	version, err := d.Ledger.Version(tx, rec)
	if err != nil {
		return r, err
	}
	made, err := r.opened(key)
	if err == nil && version == r.Version {
		return made, nil
	}
	if !there {
		return r, nil
	}
	if made, err = d.proved(tx, r); fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
		return r, nil
	}
	return made, err
}

// opened is the picture of a row, for the version that the row names.
func (r Row) opened(key *vault.Key) (made Row, err error) {
	plain, err := key.Open(pictureField, r.Version, r.picture)
	if err == nil {
		err = json.Unmarshal(plain, &made)
	}
	return made, err
}

// standing is where the record of a reference stands for access, if it is one of this
// organisation's.
func (d *Desk) standing(tx *store.Tx, org id.Org, ref id.Reference) (Row, error) {
	row, err := rowByReference(tx, ref)
	if err != nil && !fail.Is(err, fail.Missing) {
		return row, err
	}
	return d.pictured(tx, org, row, err == nil && row.Org == org)
}
