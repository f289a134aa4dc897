package workday_test

import (
	"slices"
	"testing"
	"time"

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
		{workday.EnglandAndWales, 2022, []string{"01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"}},
		{workday.EnglandAndWales, 2023, []string{"01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"}},
		{workday.EnglandAndWales, 2026, []string{"01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"}},
		{workday.EnglandAndWales, 2027, []string{"01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"}},
		{workday.Scotland, 2021, []string{"01-01", "01-04", "04-02", "05-03", "05-31", "08-02", "11-30", "12-27", "12-28"}},
		{workday.Scotland, 2022, []string{"01-03", "01-04", "04-15", "05-02", "06-02", "06-03", "08-01", "09-19", "11-30", "12-26", "12-27"}},
		{workday.Scotland, 2023, []string{"01-02", "01-03", "04-07", "05-01", "05-08", "05-29", "08-07", "11-30", "12-25", "12-26"}},
		{workday.Scotland, 2024, []string{"01-01", "01-02", "03-29", "05-06", "05-27", "08-05", "12-02", "12-25", "12-26"}},
		{workday.Scotland, 2026, []string{"01-01", "01-02", "04-03", "05-04", "05-25", "06-15", "08-03", "11-30", "12-25", "12-28"}},
		{workday.NorthernIreland, 2024, []string{"01-01", "03-18", "03-29", "04-01", "05-06", "05-27", "07-12", "08-26", "12-25", "12-26"}},
		{workday.NorthernIreland, 2025, []string{"01-01", "03-17", "04-18", "04-21", "05-05", "05-26", "07-14", "08-25", "12-25", "12-26"}},
		{workday.NorthernIreland, 2026, []string{"01-01", "03-17", "04-03", "04-06", "05-04", "05-25", "07-13", "08-31", "12-25", "12-28"}},
	} {
		var got []string
		for _, h := range c.nation.Holidays(c.year) {
			got = append(got, h.Day.String()[5:])
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %d:\n got %v\nwant %v", c.nation, c.year, got, c.want)
		}
		if !workday.Covered(c.year) {
			t.Errorf("%d is not among the years covered", c.year)
		}
	}
}
