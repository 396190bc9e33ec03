package strictjson

import (
	"math"
)

// Int64 returns the number if it is an integer that fits, in any notation: 3, 3.0, 30e-1.
func (v Value) Int64() (n int64, ok bool) {
	n, exact, ok := v.Floor()
	return n, ok && exact
}

// Floor returns the number rounded down to an integer, and whether that is the exact value. It computes on the digits,
// so no precision is lost. It returns ok as false for anything that is not a number, or whose floor does not fit.
func (v Value) Floor() (n int64, exact, ok bool) {
	if v.Kind() != Number {
		return 0, false, false
	}
	d := parseDecimal(v.Raw())
	// The value is 0.DIGITS times ten to the power of point.
	if d.point > 19 {
		return 0, false, false // 10^19 is larger than any int64
	}
	var u uint64
	for i := range d.point {
		u = u*10 + uint64(d.digit(i)) // at most 19 digits: below 10^19, which fits
	}
	exact = d.point >= d.significant
	switch {
	case !d.negative:
		return int64(u), exact, u <= math.MaxInt64
	case !exact:
		u++
	}
	return -int64(u), exact, u <= -math.MinInt64
}

// decimal is a number as digits.
type decimal struct {
	negative    bool
	whole, frac string // as written
	skip        int    // zeros at the beginning of the digits
	significant int    // digits from the first to the last that is not zero
	point       int    // the position of the decimal point among the digits
}

// digit returns a digit, counted from the first that is not zero. After the last it returns 0.
func (d *decimal) digit(i int) byte {
	switch i += d.skip; {
	case i < len(d.whole):
		return d.whole[i] - '0'
	case i < len(d.whole)+len(d.frac):
		return d.frac[i-len(d.whole)] - '0'
	}
	return 0
}

// parseDecimal parses a number that has been checked.
func parseDecimal(raw string) decimal {
	var d decimal
	if raw[0] == '-' {
		d.negative, raw = true, raw[1:]
	}
	i := digits(raw, 0)
	d.whole, raw = raw[:i], raw[i:]
	if raw != "" && raw[0] == '.' {
		i = digits(raw, 1)
		d.frac, raw = raw[1:i], raw[i:]
	}
	exponent := 0
	if raw != "" { // an e follows
		raw = raw[1:]
		down := raw[0] == '-'
		if down || raw[0] == '+' {
			raw = raw[1:]
		}
		for i := range len(raw) {
			exponent = min(exponent*10+int(raw[i]-'0'), math.MaxInt32) // more than any text has digits
		}
		if down {
			exponent = -exponent
		}
	}
	total := len(d.whole) + len(d.frac)
	for d.skip < total && d.digit(0) == 0 {
		d.skip++
	}
	if d.skip == total {
		return decimal{} // zero in any notation, minus zero included
	}
	d.significant = total - d.skip
	for d.digit(d.significant-1) == 0 {
		d.significant--
	}
	d.point = len(d.whole) - d.skip + exponent
	return d
}
