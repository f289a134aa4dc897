package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/bulk"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/room"
	"heed/internal/web"
)

// Policy are the rules of who may, of all rooms.
func Policy() (*access.Policy, error) {
	p, err := room.Policy(Rooms()...)
	return p, faulty(err)
}

// Check says in words what is wrong with a kind of record, or nil. No start of an installation
// asks: tests do, and what somebody runs who changes one.
func Check() error {
	for _, r := range Rooms() {
		if err := apart(r); err != nil {
			return faulty(err)
		}
	}
	return faulty(room.CheckAll(Kinds()))
}

// apart says that a room has a name or an address that is the program's own, or nil.
func apart(r *room.Room) error {
	a := &App{}
	paths := append(web.OwnPaths(), slices.Collect(maps.Keys(a.nextTo()))...)
	for _, p := range a.ownParts() {
		for _, route := range p.Routes {
			paths = append(paths, route.Pattern)
		}
	}
	for _, path := range paths {
		if first, _, _ := strings.Cut(path[1:], "/"); first == r.Many {
			return fmt.Errorf("room %q: its Many is %q, and the program has the address %s: give it another", r.Name, r.Many,
				path)
		}
	}
	for _, kinds := range []map[string]string{concern.Events(), directory.Events(), bulk.Events(),
		room.SharedEvents()} {
		for kind := range kinds {
			if strings.HasPrefix(kind, r.Name+".") {
				return fmt.Errorf("room %q: its Name begins kinds of entry, and the program has %s: give it another", r.Name, kind)
			}
		}
	}
	return nil
}

// faulty gives what is wrong with a kind of record its words, for whoever starts the program.
func faulty(err error) error {
	if err == nil {
		return nil
	}
	return fail.Wrap(fail.Conflict, err, "%v", err)
}
