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
