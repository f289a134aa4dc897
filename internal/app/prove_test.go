package app_test

import (
	"strings"
	"testing"
	"time"
)

// TestRowsAreMadeAnew: rows that only repeat what the history says are changed by SQL
// while Heed is at work, and Heed works on. Within the hour the change is named, and
// what was taken away is there again (promises I7, I10).
func TestRowsAreMadeAnew(t *testing.T) {
	each(t, func(h *house) {
		h.raise()
		h.verifiesItself("at the start", "nothing was altered")
		for _, c := range []struct{ name, change, named, mended string }{
			{"a duty taken away", `delete from job where kind = 'room-due'`, "its duty was taken away",
				`select count(*) from job where kind = 'room-due'`},
			{"a duty put off", `update job set due = 99999999999999999, next = 99999999999999999 where kind = 'room-due'`,
				"a duty that was put off",
				`select count(*) from job where kind = 'room-due' and next < 99999999999999999`},
			{"a duty given to another kind", `update job set kind = 'room-forget-retries' where kind = 'room-due'`,
				"a duty that was changed",
				`select count(*) from job where kind = 'room-due'`},
			{"a person taken away", `delete from directory_person`, "the person ", `select count(*) from directory_person`},
			{"a person's name given to nobody", `update directory_person set login_mac = org`, "the person ",
				`select count(*) from directory_person where login_mac <> org`},
			{"holders of roles taken away", `delete from directory_holder`, "the role safeguarding_lead",
				`select count(*) from directory_holder`},
			{"a holder of a role put in", `insert into directory_holder (org, role, person) select org, 'safeguarding_lead_of_nothing', person from directory_person`,
				"stands in a row, and was never given",
				`select case when count(*) = 0 then 1 else 0 end from directory_holder where role = 'safeguarding_lead_of_nothing'`},
			{"a record taken out of the lists", `delete from room_list_v1`, "is missing from a list",
				`select count(*) from room_list_v1`},
			{"a record that is found no more", `delete from room_record_v1`, "its row is not there",
				`select count(*) from room_record_v1`},
			{"the organisation taken away", `delete from directory_organisation`, "the organisation ",
				`select count(*) from directory_organisation`},
		} {
			_, err := h.sql.Exec(c.change)
			check(h.t, err)
			if !strings.Contains(c.change, "directory") {
				h.raise() // Heed works on
			}
			h.log.clear()
			h.verifiesItself(c.name, c.named)
			if log := h.log.String(); !strings.Contains(log, "made anew from the history") {
				h.t.Errorf("%s: nothing was made anew:\n%s", c.name, log)
			}
			h.raise()
			var n int
			check(h.t, h.sql.QueryRow(c.mended).Scan(&n))
			if n == 0 {
				h.t.Errorf("%s: it was not made anew", c.name)
			}
			h.log.clear()
			h.verifiesItself(c.name+", mended", "nothing was altered")
		}
	})
}

// TestDamageIsNamed: a damaged byte is named within the hour, in the log and at
// /readyz, and stops nobody's care.
func TestDamageIsNamed(t *testing.T) {
	each(t, func(h *house) {
		h.raise()
		h.verifiesItself("at the start", "nothing was altered")
		_, err := h.sql.Exec(`update entry set at = at + 1 where n = 2`)
		check(h.t, err)
		h.log.clear()
		h.verifiesItself("damaged", "entry: entry 2,")
		h.until("it shows", func() bool { return strings.Contains(h.ready(), "history: tampered. 1 differences were found") })
		if pages := h.get("/readyz/pages"); pages != "ready\n" {
			h.t.Errorf("a balancer hears %q although care goes on", pages)
		}
		h.raise()
	})
}

// verifiesItself lets time pass until the installation says so of itself.
func (h *house) verifiesItself(what, says string) {
	h.t.Helper()
	asked := 0
	h.until(what+": "+says, func() bool {
		if asked++; asked < 14 || asked%40 == 0 { // two hours, and then one each six seconds: it is at work meanwhile
			h.hand.Move(10 * time.Minute)
		}
		log := h.log.String()
		return strings.Contains(log, "verified itself") && strings.Contains(log, says)
	})
}

func (l *lines) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Reset()
}
