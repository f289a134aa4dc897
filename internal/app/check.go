package app

import (
	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/room"
)

// Policy are the rules of who may, of all of them.
func Policy() (*access.Policy, error) {
	p, err := room.Policy(Rooms()...)
	return p, faulty(err)
}

// Check says in words what is wrong with a kind of record, or nil. No start of an installation
// asks: tests do, and what somebody runs who changes one.
func Check() error { return faulty(room.CheckAll(Kinds())) }

// faulty gives what is wrong with a kind of record its words, for whoever starts the program.
func faulty(err error) error {
	if err == nil {
		return nil
	}
	return fail.Wrap(fail.Conflict, err, "%v", err)
}
