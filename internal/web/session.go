package web

// Sessions keeps who is signed in.
type Sessions struct{}

type session struct{}

// identify finds out who asks.
func (s *Site) identify(*Request) {}

// keepFlash keeps words for the next page.
func (q *Request) keepFlash(string) {}

// signInFirst sends whoever must sign in to the page for it.
func (s *Site) signInFirst(*Request) (answer, bool) { return answer{}, false }
