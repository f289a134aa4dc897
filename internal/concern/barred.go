package concern

import (
	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
)

// alone says to access whether somebody else than the raiser could decide. It is
// asked only for those for whom the answer matters: the raiser, and the Guardian,
// who stands in where no lead is left. Whom they themselves had barred counts as if
// that had not been: nobody comes to stand alone by their own word.
func (d *Desk) alone(tx *store.Tx, a access.Actor, r *access.Resource, bars room.Bars) error {
	if a.Person != r.Raiser && a.Role != access.CaldicottGuardian || a.Role == access.System {
		return nil
	}
	out := func(p id.Person) bool {
		return bars.Some(func(b room.Bar) bool {
			theirs := b.Who != b.By && (b.By == a.Person || b.Second == a.Person && a.Person == r.Raiser)
			return b.Who == p && b.State == room.TwoStand && !theirs
		})
	}
	left := func(role access.Role) (bool, error) {
		who, damaged, err := d.Directory.HoldersAnd(tx, a.Org, role, id.Team{})
		for _, p := range who {
			if p.ID != r.Raiser && !out(p.ID) {
				return true, err
			}
		}
		return damaged > 0, err // somebody may be left: nobody comes to stand alone by damage
	}
	lead, err := left(access.Lead)
	if err != nil {
		return err
	}
	guardian, err := left(access.CaldicottGuardian)
	r.NoLead, r.NobodyElse = !lead, !lead && !guardian
	return err
}
