package directory_test

import (
	"testing"
	"time"

	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
)

// TestAChangedPassword: who knows the present one gives themself another; it ends sessions,
// and the old one is gone for good, also when SQL takes the change back.
func TestAChangedPassword(t *testing.T) {
	world.Each(t, func(w *world.World) {
		mailing(w)
		w.Hand.Move(5 * time.Minute)
		nurse := w.As("nurse")
		const next = "four words that nobody knows"
		if err := w.Directory.ChangePassword(ctx, nurse, "a guess at it", next); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("without the present one: %v", err)
		}
		for what, bad := range map[string]string{"short": "short", "common": "password12345", "the same": world.Password,
			"the name": "nurse nurse nurse", "none": ""} {
			if err := w.Directory.ChangePassword(ctx, nurse, world.Password, bad); !fail.Is(err, fail.Bad) {
				w.T.Errorf("%s: %v", what, err)
			}
		}
		must(w, w.Directory.ChangePassword(ctx, nurse, world.Password, next))
		p, err := w.Directory.Person(ctx, nurse.Person)
		must(w, err)
		if !p.Since.Equal(w.Hand.Now()) || len(notices(w, "nurse")) != 1 {
			w.T.Errorf("sessions end at %v, heard %v", p.Since, notices(w, "nurse"))
		}
		for password, good := range map[string]bool{world.Password: false, next: true} {
			if who, err := w.Directory.CheckPassword(ctx, "nurse", password); (err == nil) != good {
				w.T.Errorf("%q: %v, %v", password, who, err)
			}
		}
		undo(w, nurse.Person)
		fresh := directory.New(w.Directory.Parts)
		if who, err := fresh.CheckPassword(ctx, "nurse", world.Password); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("the old one counts again: %v, %v", who, err)
		}
	})
}
