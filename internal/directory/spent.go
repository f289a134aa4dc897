package directory

import (
	"strconv"
	"time"

	"heed/internal/id"
	"heed/internal/spent"
)

// What was used up is also written outside the database: with SQL the row or the
// entry that says so can be taken away, and what was withdrawn would count again.

// codeMark is one time step of a person's second factor.
func codeMark(p id.Person, step int64) spent.Mark {
	return spent.Of(time.Unix((step+2)*30, 0), "code", p.Bytes(), strconv.AppendInt(nil, step, 10))
}

func enrolmentMark(hash string, expires time.Time) spent.Mark {
	return spent.Of(expires, "enrolment", []byte(hash))
}

func tokenMark(hash string, t Token) spent.Mark {
	return spent.Of(t.Expires, "token", []byte(hash))
}

// passwordMark is what is spent when a password is no more the person's.
func passwordMark(p Person) spent.Mark {
	return spent.Of(forGood, "password", p.ID.Bytes(), []byte(p.password))
}

// forGood is until when it matters that something was used up that has no end of its own.
var forGood = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// spendCredentials ends what the person logged in with before they set their account up anew.
func (d *Desk) spendCredentials(p Person) {
	d.spendEnrolment(p)
	d.spendPasskeys(p)
	d.spendLinks(p)
	if p.password != "" {
		d.Spent.Spend(passwordMark(p))
	}
}

// spendEnrolment ends the codes with which the account could be set up.
func (d *Desk) spendEnrolment(p Person) {
	for hash, expires := range p.enrolment {
		d.Spent.Spend(enrolmentMark(hash, expires))
	}
}

// spendTokens ends tokens of the person: the named one, or all when hash is "".
func (d *Desk) spendTokens(p Person, hash string) {
	for h, t := range p.tokens {
		if hash == "" || h == hash {
			d.Spent.Spend(tokenMark(h, t))
		}
	}
}
