package api

import (
	"heed/internal/clock/workday"
	"heed/internal/plain"
	"heed/internal/room"
)

// roomFigures are the closed figures of a room as everybody sees them.
type roomFigures struct {
	Figures []roomFigure `json:"figures"`
}

type roomFigure struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	Note    string       `json:"note,omitempty"`
	Columns []roomColumn `json:"columns" doc:"Together they are all that is counted; not_recorded is one of them"`
	Periods []roomPeriod `json:"periods" doc:"Newest first"`
}

type roomColumn struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

type roomPeriod struct {
	Period   string   `json:"period" example:"2026-03" doc:"A month, or a quarter as 2026-Q1"`
	Edition  int      `json:"edition" doc:"Above 1 with what was recorded late"`
	AsOf     string   `json:"as_of" format:"date"`
	Cells    []string `json:"cells,omitempty" doc:"As the columns, and all of it at the end; where there is one column, all of it alone. Rounded to the nearest 5, with * for none or few and for what few could be worked out from"`
	Withheld string   `json:"withheld,omitempty" doc:"Why nothing is shown"`
}

func (a *API) figureOperations(r *room.Room) []operation {
	if len(r.Latest().Figures) == 0 {
		return nil
	}
	return []operation{get[roomFigures]("/"+r.Many+"/figures", "figuresOf"+plain.Capital(r.Many),
		"Closed figures of "+r.Many+". That you saw them is written down before they are sent",
		func(c *call) (any, error) { return a.figures(c, r) })}
}

func (a *API) figures(c *call, r *room.Room) (any, error) {
	got, err := a.Rooms.Figures(c.ctx, c.actor, r)
	if err != nil {
		return nil, err
	}
	out := roomFigures{Figures: []roomFigure{}}
	for _, f := range got.Figures {
		x := roomFigure{ID: f.ID, Title: f.Title, Note: f.Note, Columns: []roomColumn{}, Periods: []roomPeriod{}}
		for _, c := range f.Columns {
			x.Columns = append(x.Columns, roomColumn{c.ID, c.Label})
		}
		for _, row := range f.Rows {
			x.Periods = append(x.Periods, roomPeriod{string(row.Period), row.Edition, workday.Of(row.AsOf).String(), row.Cells,
				row.Withheld})
		}
		out.Figures = append(out.Figures, x)
	}
	return out, nil
}
