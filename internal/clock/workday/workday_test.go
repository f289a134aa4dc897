package workday_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/clock/workday"
)

func day(y int, m time.Month, d int) workday.Day { return workday.Day{Year: y, Month: m, Day: d} }

// The days as gov.uk/bank-holidays lists them for these years.
func TestHolidaysAsPublished(t *testing.T) {
	for _, c := range []struct {
		nation workday.Nation
		year   int
		want   []string
	}{
		{workday.EnglandAndWales, 2020, []string{"01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"}},
		{workday.EnglandAndWales, 2021, []string{"01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"}},
		{workday.EnglandAndWales, 2022, []string{"01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19",
			"12-26", "12-27"}},
		{workday.EnglandAndWales, 2023, []string{"01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28",
			"12-25", "12-26"}},
		{workday.EnglandAndWales, 2026, []string{"01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"}},
		{workday.EnglandAndWales, 2027, []string{"01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"}},
		{workday.Scotland, 2021, []string{"01-01", "01-04", "04-02", "05-03", "05-31", "08-02", "11-30", "12-27", "12-28"}},
		{workday.Scotland, 2022, []string{"01-03", "01-04", "04-15", "05-02", "06-02", "06-03", "08-01", "09-19", "11-30",
			"12-26", "12-27"}},
		{workday.Scotland, 2023, []string{"01-02", "01-03", "04-07", "05-01", "05-08", "05-29", "08-07", "11-30",
			"12-25", "12-26"}},
		{workday.Scotland, 2024, []string{"01-01", "01-02", "03-29", "05-06", "05-27", "08-05", "12-02", "12-25", "12-26"}},
		{workday.Scotland, 2026, []string{"01-01", "01-02", "04-03", "05-04", "05-25", "06-15", "08-03", "11-30",
			"12-25", "12-28"}},
		{workday.NorthernIreland, 2024, []string{"01-01", "03-18", "03-29", "04-01", "05-06", "05-27", "07-12", "08-26",
			"12-25", "12-26"}},
		{workday.NorthernIreland, 2025, []string{"01-01", "03-17", "04-18", "04-21", "05-05", "05-26", "07-14", "08-25",
			"12-25", "12-26"}},
		{workday.NorthernIreland, 2026, []string{"01-01", "03-17", "04-03", "04-06", "05-04", "05-25", "07-13", "08-31",
			"12-25", "12-28"}},
	} {
		var got []string
		for _, h := range c.nation.Holidays(c.year) {
			got = append(got, h.Day.String()[5:])
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %d:\n got %v\nwant %v", c.nation, c.year, got, c.want)
		}
	}
}

func TestWorkingDays(t *testing.T) {
	for _, c := range []struct {
		name   string
		nation workday.Nation
		from   workday.Day
		n      int
		want   workday.Day
	}{
		{"a Friday", workday.EnglandAndWales, day(2026, 11, 20), 1, day(2026, 11, 23)},
		{"a Saturday", workday.EnglandAndWales, day(2026, 11, 21), 1, day(2026, 11, 23)},
		{"nothing on a working day", workday.EnglandAndWales, day(2026, 11, 20), 0, day(2026, 11, 20)},
		{"nothing on a Sunday", workday.EnglandAndWales, day(2026, 11, 22), 0, day(2026, 11, 23)},
		{"backwards", workday.EnglandAndWales, day(2026, 11, 23), -1, day(2026, 11, 20)},
		{"over Easter", workday.EnglandAndWales, day(2026, 4, 2), 1, day(2026, 4, 7)},
		{"over Easter in Scotland", workday.Scotland, day(2026, 4, 2), 1, day(2026, 4, 6)},
		{"over the year's end", workday.EnglandAndWales, day(2026, 12, 24), 4, day(2027, 1, 4)},
		{"over the year's end in Scotland", workday.Scotland, day(2026, 12, 24), 4, day(2027, 1, 5)},
		{"Christmas on a Saturday", workday.EnglandAndWales, day(2021, 12, 24), 1, day(2021, 12, 29)},
		{"St Patrick's Day", workday.NorthernIreland, day(2026, 3, 16), 1, day(2026, 3, 18)},
		{"the Boyne on a Sunday", workday.NorthernIreland, day(2026, 7, 10), 1, day(2026, 7, 14)},
		{"VE day 2020", workday.EnglandAndWales, day(2020, 5, 7), 1, day(2020, 5, 11)},
		{"the old May Day 2020 is worked", workday.EnglandAndWales, day(2020, 5, 1), 1, day(2020, 5, 4)},
		{"the jubilee of 2022", workday.EnglandAndWales, day(2022, 6, 1), 1, day(2022, 6, 6)},
		{"the funeral of 2022", workday.NorthernIreland, day(2022, 9, 16), 1, day(2022, 9, 20)},
		{"the coronation of 2023", workday.Scotland, day(2023, 5, 5), 1, day(2023, 5, 9)},
		{"the World Cup in Scotland", workday.Scotland, day(2026, 6, 12), 1, day(2026, 6, 16)},
		{"the World Cup in England", workday.EnglandAndWales, day(2026, 6, 12), 1, day(2026, 6, 15)},
		{"28 February of a leap year", workday.EnglandAndWales, day(2028, 2, 28), 1, day(2028, 2, 29)},
	} {
		if got := c.nation.Add(c.from, c.n); got != c.want {
			t.Errorf("%s: %d working days after %s is %s, want %s", c.name, c.n, c.from, got, c.want)
		}
	}
}

// A day is a day in London: the hour before midnight in summer is tomorrow in
// UTC terms of the machine, and the days of the change of clocks have 23 and 25 hours.
func TestDaysAreLondonDays(t *testing.T) {
	for _, c := range []struct {
		utc  string
		want string
	}{
		{"2026-07-01T22:59:59Z", "2026-07-01"}, {"2026-07-01T23:00:00Z", "2026-07-02"},
		{"2026-01-01T23:59:59Z", "2026-01-01"}, {"2026-12-31T23:59:59Z", "2026-12-31"},
		{"2026-03-29T00:59:59Z", "2026-03-29"}, {"2026-03-29T22:59:59Z", "2026-03-29"},
		{"2026-03-29T23:00:00Z", "2026-03-30"},
		{"2026-10-24T23:00:00Z", "2026-10-25"}, {"2026-10-25T23:59:59Z", "2026-10-25"},
	} {
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := workday.Of(at).String(); got != c.want {
			t.Errorf("%s is %s, want %s", c.utc, got, c.want)
		}
	}
	for d, hours := range map[workday.Day]float64{day(2026, 3, 29): 23, day(2026, 10, 25): 25, day(2026, 6, 1): 24} {
		if got := d.Add(1).Start().Sub(d.Start()).Hours(); got != hours {
			t.Errorf("%s has %v hours, want %v", d, got, hours)
		}
	}
	// Raised at half past midnight, summer time, on a Friday: Monday's end.
	raised := time.Date(2026, 6, 4, 23, 30, 0, 0, time.UTC)
	due := workday.EnglandAndWales.Add(workday.Of(raised), 1).End().UTC()
	if got := due.Format(time.RFC3339); got != "2026-06-08T22:59:59Z" {
		t.Errorf("due %s", got)
	}
	if got := workday.EnglandAndWales.Between(workday.Of(raised),
		workday.Of(raised.Add(72*time.Hour))); got != 1 {
		t.Errorf("%d working days", got)
	}
}

// Easter Sundays as the Book of Common Prayer's tables and the Astronomical Applications Department list them.
func TestEaster(t *testing.T) {
	for _, want := range []workday.Day{
		day(2008, 3, 23), day(2011, 4, 24), day(2016, 3, 27), day(2019, 4, 21), day(2020, 4, 12), day(2021, 4, 4),
		day(2022, 4, 17),
		day(2023, 4, 9), day(2024, 3, 31), day(2025, 4, 20), day(2026, 4, 5), day(2027, 3, 28), day(2028, 4, 16),
		day(2029, 4, 1), day(2030, 4, 21),
		day(2038, 4, 25), day(2035, 3, 25),
	} {
		good, ok := workday.EnglandAndWales.Holiday(want.Add(-2))
		if !ok || good != "Good Friday" || want.Weekday() != time.Sunday {
			t.Errorf("%s: Good Friday is not two days before (%q)", want, good)
		}
	}
}

func TestPropertiesOfWorkingDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nation := rapid.SampledFrom(workday.Nations()).Draw(t, "nation")
		from := day(2015, 1, 1).Add(rapid.IntRange(0, 365*30).Draw(t, "day"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		to := nation.Add(from, n)
		if !nation.Working(to) {
			t.Fatalf("%s is no working day", to)
		}
		if got := nation.Between(from, to); got != n {
			t.Fatalf("%d working days from %s is %s, but %d lie between", n, from, to, got)
		}
		if nation.Between(to, from) != -n {
			t.Fatalf("backwards it is %d", nation.Between(to, from))
		}
		if later := nation.Add(from, n+1); !to.Before(later) {
			t.Fatalf("%d days is %s, one more is %s", n, to, later)
		}
		if nation.Working(from) && nation.Add(to, -n) != from {
			t.Fatalf("%d days on and back from %s is %s", n, from, nation.Add(to, -n))
		}
		if next := nation.Add(from, 1); from.Add(6).Before(next) {
			t.Fatalf("more than six days from %s to the next working day, %s", from, next)
		}
	})
}

// Each nation has its number of bank holidays in every year, none on a weekend, none twice.
func TestEveryYearIsWhole(t *testing.T) {
	usual := map[workday.Nation]int{workday.EnglandAndWales: 8, workday.Scotland: 9, workday.NorthernIreland: 10}
	extra := map[int]int{2012: 1, 2022: 2, 2023: 1}
	for nation, n := range usual {
		for year := 2012; year <= 2060; year++ {
			want := n + extra[year]
			if year == 2026 && nation == workday.Scotland {
				want++
			}
			seen := map[workday.Day]bool{}
			for _, h := range nation.Holidays(year) {
				if w := h.Day.Weekday(); w == time.Saturday || w == time.Sunday || seen[h.Day] || h.Day.Year != year {
					t.Errorf("%s %d: %s on %s", nation, year, h.Name, h.Day)
				}
				seen[h.Day] = true
			}
			if len(seen) != want {
				t.Errorf("%s %d has %d bank holidays, want %d", nation, year, len(seen), want)
			}
		}
	}
}

func BenchmarkAddTenWorkingDays(b *testing.B) {
	for b.Loop() {
		workday.NorthernIreland.Add(day(2026, 12, 18), 10)
	}
}
