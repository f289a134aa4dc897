package session

import (
	"fmt"

	"heed/internal/fail"
	"heed/internal/store"
)

// sessionProof is what a session's row gives, as it was when the program wrote it.
// It is sealed with the key of the person's own record, bound to the hash of the
// token and to the start: with SQL alone nobody can make one, give one to another
// person or token, put a role into it, or wake one that has fallen asleep (promise
// I7). That one has ended is spent as well, so that an older row does not bring it back.
type sessionProof struct {
	Stage  int    `json:"stage"`
	Role   string `json:"role"`
	Second bool   `json:"second"`
	Own    bool   `json:"own"` // the second factor was Heed's own
	Seen   int64  `json:"seen"`
	Epoch  string `json:"epoch"` // of the folder that remembers what has ended
	Ended  int64  `json:"ended,omitempty"`
	Left   bool   `json:"left,omitempty"` // ended by "Leave this page"
	Device string `json:"device,omitempty"`
	Proved int64  `json:"proved"`
}

// proofField names the token by its hash, as the row does.
func proofField(token [32]byte) string { return "web:session:" + string(token[:]) }

func (k *Keeper) sealProof(tx *store.Tx, x Session) ([]byte, error) {
	epoch, err := k.spent.Epoch()
	if err != nil {
		return nil, err
	}
	p := sessionProof{Stage: x.stage, Role: x.role, Second: x.secondFactor, Own: x.own, Seen: x.seen, Epoch: epoch,
		Ended: x.ended, Left: x.left, Device: x.device, Proved: x.proved}
	sealed, err := k.keys.sealJSON(tx, x.owner, proofField(x.token), x.started, p)
	if err != nil {
		return nil, fmt.Errorf("prove session: %w", err)
	}
	return sealed, nil
}

// prove replaces what the row says by what its proof says. A row whose proof does
// not open is answered as one that is not there.
func (k *Keeper) prove(tx *store.Tx, x *Session) error {
	var p sessionProof
	err := k.keys.openJSON(tx, x.owner, proofField(x.token), x.started, x.proof, &p)
	switch {
	case err == nil:
		x.stage, x.role, x.secondFactor, x.seen, x.ended, x.left = p.Stage, p.Role, p.Second, p.Seen, p.Ended, p.Left
		x.device, x.proved, x.own = p.Device, p.Proved, p.Own
		epoch, err := k.spent.Epoch()
		if err == nil && p.Epoch != epoch {
			err = fail.New(fail.Missing, "Log in to continue")
		}
		return err
	case fail.Is(err, fail.Tampered), fail.Is(err, fail.Missing), fail.Is(err, fail.Gone):
		return fail.Wrap(fail.Missing, err, "Log in to continue")
	}
	return err
}
