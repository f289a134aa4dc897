package xmr

// Window is the length of a trend and of a shift.
const Window = 7

// name gives every point of a segment the first rule that applies to it.
func name(seg []Mark, d Direction) {
	trend := trends(seg)
	shift := shifts(seg)
	two := twoInThree(seg)
	for i := range seg {
		m := &seg[i]
		switch {
		case !m.Known:
			continue
		case m.Outside:
			m.Cause = pick(m.Value > m.Mean, AboveLimit, BelowLimit)
		case trend[i] != 0:
			m.Cause = pick(direction(seg, trend, i) > 0, Rising, Falling)
		case two[i]:
			m.Cause = pick(m.Side > 0, TwoAbove, TwoBelow)
		case shift[i]:
			m.Cause = pick(m.Side > 0, ShiftAbove, ShiftBelow)
		}
		m.Type = typeOf(m.Cause, d)
	}
}

func pick(first bool, a, b Cause) Cause {
	if first {
		return a
	}
	return b
}

const (
	inRise = 1 << iota
	inFall
)

// trends marks the points of windows of 7 rows whose 6 steps all rise or all fall.
// A row without a value breaks every window that it is in.
func trends(seg []Mark) []uint8 {
	in := make([]uint8, len(seg))
	run, way := 0, 0 // steps in the same direction, ending here
	for i := 1; i < len(seg); i++ {
		step := 0
		if seg[i].Known && seg[i-1].Known {
			step = sign(seg[i].Value, seg[i-1].Value)
		}
		if step == 0 || step != way {
			run = 0
		}
		way = step
		if step == 0 {
			continue
		}
		run++
		if run >= Window-1 {
			bit := uint8(inRise)
			if way < 0 {
				bit = inFall
			}
			for j := i - Window + 1; j <= i; j++ {
				in[j] |= bit
			}
		}
	}
	return in
}

// direction is the way a trend goes at point i. A turning point belongs to the
// trend that begins there. The reference looks at the next point even when a new
// trend of the same direction begins after a drop; the window decides here.
func direction(seg []Mark, trend []uint8, i int) int {
	switch trend[i] {
	case inRise:
		return 1
	case inFall:
		return -1
	}
	if i+1 < len(seg) && trend[i+1] != 0 {
		return sign(seg[i+1].Value, seg[i].Value)
	}
	return sign(seg[i].Value, seg[i-1].Value)
}

// shifts marks the points of windows of 7 rows on the same side of the mean.
func shifts(seg []Mark) []bool {
	in := make([]bool, len(seg))
	run, side := 0, 0
	for i := range seg {
		s := 0
		if seg[i].Known {
			s = seg[i].Side
		}
		if s == 0 || s != side {
			run = 0
		}
		side = s
		if s == 0 {
			continue
		}
		run++
		if run >= Window {
			for j := i - Window + 1; j <= i; j++ {
				in[j] = true
			}
		}
	}
	return in
}

// twoInThree marks near points in a window of 3 on one side with 2 or more near points.
func twoInThree(seg []Mark) []bool {
	in := make([]bool, len(seg))
	for i := 2; i < len(seg); i++ {
		w := seg[i-2 : i+1]
		if w[0].Side == 0 || w[0].Side != w[1].Side || w[1].Side != w[2].Side {
			continue // Side is 0 where there is no value
		}
		near := 0
		for _, m := range w {
			if m.Near {
				near++
			}
		}
		if near >= 2 {
			for j := range w {
				in[i-2+j] = in[i-2+j] || w[j].Near
			}
		}
	}
	return in
}

func typeOf(c Cause, d Direction) Type {
	switch {
	case c == CommonCause:
		return Common
	case d == Neutral && c.up():
		return NeutralHigh
	case d == Neutral:
		return NeutralLow
	case c.up() == (d == Increase):
		return Improvement
	}
	return Concern
}

// summarise reads the icons off the last row that has a value, and the assurance
// off the last row's limits.
func (c *Chart) summarise(o Options) {
	c.Variation, c.Icon = Common, string(Common)
	if m, known := c.Latest(); known {
		c.Variation = m.Type
		c.Icon = icon(c.Variation, o.Direction)
	}
	if o.Target == nil || o.Direction == Neutral {
		return
	}
	last := c.Marks[len(c.Marks)-1]
	c.Assurance = "inconsistent"
	if !last.Limited() {
		return
	}
	above, below := sign(*o.Target, last.Upper) > 0, sign(*o.Target, last.Lower) < 0
	switch {
	case above && o.Direction == Increase, below && o.Direction == Decrease:
		c.Assurance = "consistent_fail"
	case above || below:
		c.Assurance = "consistent_pass"
	}
}

// Latest is the last mark that has a value that counts.
func (c Chart) Latest() (m Mark, known bool) {
	for i := len(c.Marks) - 1; i >= 0; i-- {
		if c.Marks[i].Known {
			return c.Marks[i], true
		}
	}
	return Mark{}, false
}

func icon(t Type, d Direction) string {
	high := d == Increase
	switch t {
	case Improvement:
		return "improvement_" + highLow(high)
	case Concern:
		return "concern_" + highLow(!high)
	case NeutralHigh:
		return "neutral_high"
	case NeutralLow:
		return "neutral_low"
	}
	return string(Common)
}

func highLow(high bool) string {
	if high {
		return "high"
	}
	return "low"
}

// AssuranceIcon is the short name of the assurance: pass, fail, inconsistent or "".
func (c Chart) AssuranceIcon() string {
	switch c.Assurance {
	case "consistent_pass":
		return "pass"
	case "consistent_fail":
		return "fail"
	}
	return c.Assurance
}
