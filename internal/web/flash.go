package web

import (
	"context"

	"heed/internal/store"
)

// A flash is kept sealed in the session's row and shown once. It is a courtesy:
// when it cannot be kept or read, the page goes on without it.

const flashField = "web:flash"

func (q *Request) keepFlash(words string) {
	if q.session == nil || !q.SignedIn() {
		return
	}
	ss := q.site.o.Sessions
	err := ss.store.Do(q.Context(), func(tx *store.Tx) error {
		sealed, err := ss.days.sealJSON(q.session.owner, flashField, q.session.started, words)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`update web_session set flash = $1 where token = $2`, sealed, q.session.token[:])
		return err
	})
	if err != nil {
		q.site.o.Log.WarnContext(q.Context(), "flash not kept", "failure", causeText(err))
	}
}

// takeFlash reads the flash and clears it.
func (q *Request) takeFlash() string {
	if q.session == nil || len(q.session.flash) == 0 || q.Posted() {
		return ""
	}
	ss := q.site.o.Sessions
	var words string
	if err := ss.days.openJSON(q.session.owner, flashField, q.session.started, q.session.flash, &words); err != nil {
		words = ""
	}
	err := ss.store.Do(context.WithoutCancel(q.Context()), func(tx *store.Tx) error {
		_, err := tx.Exec(`update web_session set flash = null where token = $1`, q.session.token[:])
		return err
	})
	if err != nil {
		q.site.o.Log.WarnContext(q.Context(), "flash not cleared", "failure", causeText(err))
	}
	return words
}
