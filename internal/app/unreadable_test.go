package app_test

import (
	"testing"
	"time"
)

// TestARowThatIsNoneHidesNoOther: a value that has not even the form of its column (an id of
// another width; a text among numbers, which SQLite takes) keeps nobody from naming what
// else was changed, nor from making it anew. Each seen to fail: the look ended there.
func TestARowThatIsNoneHidesNoOther(t *testing.T) {
	const org = `(select org from directory_organisation order by org limit 1)`
	each(t, func(h *house) {
		h.raise()
		h.raise()
		h.verifiesItself("at the start", "nothing was altered")
		all := []struct{ do, undo string }{
			{`insert into room_seen (record, tag) select login_mac, login_mac from directory_person limit 1`,
				`delete from room_seen`},
			{`insert into room_confirmed_v1 (tag, record) select login_mac, login_mac from directory_person limit 1`,
				`delete from room_confirmed_v1`},
			{`insert into concern_glass_v1 (org, month, record) select login_mac, 'x', login_mac from directory_person limit 1`,
				`delete from concern_glass_v1`},
			{`insert into directory_holder (org, role, person) select login_mac, 'x', login_mac from directory_person limit 1`,
				`delete from directory_holder where role = 'x'`},
			{`update room_record_v1 set org = state where reference = (select min(reference) from room_record_v1)`,
				`update room_record_v1 set org = ` + org},
		}
		if h.Config.DB == "" {
			all = append(all, struct{ do, undo string }{
				`update room_record_v1 set made = 'x' where reference = (select min(reference) from room_record_v1)`, `select 1`})
		}
		for _, x := range all {
			for _, text := range []string{x.do, `delete from job where kind = 'room-due'`} {
				_, err := h.sql.Exec(text)
				check(h.t, err)
			}
			h.log.clear()
			h.verifiesItself(x.do, "duty was taken away")
			h.until("the duties are made anew after "+x.do, func() bool {
				h.hand.Move(10 * time.Minute) // the look that was heard of may have begun before
				var n int
				check(h.t, h.sql.QueryRow(`select count(*) from job where kind = 'room-due'`).Scan(&n))
				return n == 2
			})
			_, err := h.sql.Exec(x.undo)
			check(h.t, err)
		}
	})
}
