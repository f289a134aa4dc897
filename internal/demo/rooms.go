package demo

import (
	"fmt"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/room"
)

// rooms are the stories that the rooms ship, as what happens, leaving out what has
// not come yet.
func (b *builder) rooms(now time.Time, order int) []happening {
	var out []happening
	for _, r := range b.app.Rooms.Rooms() {
		for _, story := range r.Stories {
			var ref id.Reference
			for i, scene := range story.Steps {
				at := story.At(now, i)
				if !at.Before(now) {
					break
				}
				out = append(out, happening{at, order + len(out), func() error { return b.inPlace(r, scene, &ref, at) }})
			}
		}
	}
	return out
}

// inPlace plays a scene, and says of one that cannot happen where it stands.
func (b *builder) inPlace(r *room.Room, s room.Scene, ref *id.Reference, at time.Time) error {
	fault := s.Stranger(Logins())
	if fault == "" {
		err := b.play(r, s, ref, at)
		if err == nil || fail.Is(err, fail.Broken) {
			return err
		}
		fault = s.Fault("step", fmt.Sprintf("%s as %s cannot happen: %s", s.Step, s.As, fail.Words(err)))
		for _, f := range fail.FieldsOf(err) {
			fault += "; " + f.Name + ": " + f.Words
		}
	}
	return fail.New(fail.Conflict, "room %s: %s", r.Name, fault)
}

func (b *builder) play(r *room.Room, s room.Scene, ref *id.Reference, at time.Time) error {
	a, err := b.as(s.As)
	if err != nil {
		return err
	}
	said := s.Said(workday.Of(at), b.people)
	if *ref == "" {
		got, err := b.app.Rooms.Begin(b.ctx, a, r, room.Beginning{Answers: said, Strict: true})
		*ref = got.Reference
		return err
	}
	v, err := b.app.Rooms.Open(b.ctx, a, r, *ref)
	if err != nil {
		return err
	}
	t := room.Taking{Step: s.Step, Answers: said, Strict: true, Version: v.Version}
	_, err = b.app.Rooms.Take(b.ctx, a, r, *ref, t)
	return err
}
