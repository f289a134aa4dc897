package web

import "context"

// A flash is kept sealed with the session and shown once. It is a courtesy: when it
// cannot be kept or read, the page goes on without it.

func (q *Request) keepFlash(words string) {
	if q.session == nil || !q.SignedIn() {
		return
	}
	if err := q.site.o.Sessions.KeepFlash(q.Context(), *q.session, words); err != nil {
		q.site.o.Log.WarnContext(q.Context(), "flash not kept", "failure", causeText(err))
	}
}

// takeFlash reads the flash and clears it.
func (q *Request) takeFlash() string {
	if q.session == nil || q.Posted() {
		return ""
	}
	words, err := q.site.o.Sessions.TakeFlash(context.WithoutCancel(q.Context()), *q.session)
	if err != nil {
		q.site.o.Log.WarnContext(q.Context(), "flash not cleared", "failure", causeText(err))
	}
	return words
}
