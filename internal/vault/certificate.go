package vault

import (
	"context"
	"fmt"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/store"
)

// Certificate says what was erased, and how far that can be relied on. It is
// written for an information-governance lead and for the person concerned; it
// names no one and says nothing about what the record held.
type Certificate struct {
	Form             string    `json:"form"` // "heed/erasure/1"
	Organisation     id.Org    `json:"organisation"`
	Record           id.Record `json:"record"`
	Generation       int64     `json:"generation"`       // whose key was destroyed
	ErasedAt         time.Time `json:"erasedAt"`         // from then on nobody could open it in Heed
	KeyDestroyedAt   time.Time `json:"keyDestroyedAt"`   // from then on nothing in the live system could
	DraftsUntil      time.Time `json:"draftsUntil"`      // by then the keys of the days have gone on which words for it may have been typed and not sent
	RecoverableUntil time.Time `json:"recoverableUntil"` // the last backup of the key store that held any of these keys has gone by then
	LeftBehind       int       `json:"leftBehind,omitempty"`
	Statement        string    `json:"statement"`
	Conditions       []string  `json:"conditions"`
}

const certificateForm = "heed/erasure/1"

// Certificate states a finished erasure: fail.Missing when there is none, fail.Busy while it is under way.
func (v *Vault) Certificate(ctx context.Context, org id.Org, rec id.Record) (c Certificate, err error) {
	if err := v.file.read(); err != nil {
		return c, err
	}
	t, err := v.tombstones(ctx, org)
	if err != nil {
		return c, err
	}
	if b, ok := t.named(rec); ok {
		return certify(org, rec, b, v.backupLife), nil
	}
	return c, v.store.View(ctx, func(tx *store.Tx) error {
		if _, err := v.decided(tx, org, rec); err != nil {
			return err
		}
		return fail.New(fail.Busy, "The erasure of this record is under way. Try again in a minute")
	})
}

// certify states a finished erasure, from its tombstone.
func certify(org id.Org, rec id.Record, b buried, backupLife time.Duration) Certificate {
	c := Certificate{Form: certificateForm, Organisation: org, Record: rec, Generation: b.stone.Generation,
		ErasedAt: b.at, KeyDestroyedAt: clock.FromMicros(b.stone.DestroyedAt), DraftsUntil: DraftsUntil(b.at),
		RecoverableUntil: clock.FromMicros(b.stone.RecoverableUntil), LeftBehind: b.stone.LeftBehind}
	days := int(backupLife.Hours() / 24)
	c.Statement = fmt.Sprintf("The key of this record was destroyed on %s. What was written in the record cannot be "+
		"read from Heed, its database or its key store. "+
		"What people had typed for it and not sent (drafts) was thrown away when it was sent; in a copy of the database "+
		"from before, it can be opened with the organisation's keys until %s, when the last of those days' keys is "+
		"destroyed. "+
		"Until %s the record or a draft could still be brought back by somebody who has all of these: a backup of the key "+
		"store made before the key was destroyed, a copy of the database made before the record was erased, and the "+
		"organisation's key.",
		day(c.KeyDestroyedAt), day(c.DraftsUntil), day(c.RecoverableUntil))
	c.Conditions = []string{
		fmt.Sprintf("Every backup of the key store is deleted within %s of being made. Heed cannot see backups: "+
			"whoever keeps them answers for this.", plain.Count(days, "day", "days")),
		"The disk does not keep old blocks of a file that is overwritten in place. Flash disks and copy-on-write file " +
			"systems may keep them for a time: use full-disk encryption, and count disk snapshots as backups.",
		"What somebody wrote to say why they needed to open the record, what a second person found when they reviewed " +
			"that, and why the record was erased, is kept: it shows who opened it and on whose word it went. Reports of " +
			"what was opened show it with the record's reference.",
		"Copies that people made outside Heed (printed, written down, sent to a partner under a sharing decision) are not " +
			"touched.",
		"The log still shows that an entry was made at a time, and that the record was erased. " +
			"It does not show what it said.",
	}
	if c.LeftBehind > 0 {
		c.Conditions = append(c.Conditions, fmt.Sprintf("%d other wrapped keys of the same generation did not "+
			"authenticate. They could not be kept and those records cannot be read: run heed verify.", c.LeftBehind))
	}
	return c
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006 at 15:04 UTC") }

// Text is the certificate as plain text.
func (c Certificate) Text() string {
	var b strings.Builder
	b.WriteString("Certificate of erasure\n\n")
	for _, line := range [][2]string{
		{"Organisation", c.Organisation.String()}, {"Record", c.Record.String()},
		{"Erased", day(c.ErasedAt)}, {"Key destroyed", day(c.KeyDestroyedAt)}, {"Drafts until", day(c.DraftsUntil)},
		{"Recoverable until", day(c.RecoverableUntil)},
	} {
		fmt.Fprintf(&b, "%-18s %s\n", line[0], line[1])
	}
	fmt.Fprintf(&b, "\n%s\n\nThis holds on these conditions:\n", c.Statement)
	for _, s := range c.Conditions {
		fmt.Fprintf(&b, "- %s\n", s)
	}
	return b.String()
}
