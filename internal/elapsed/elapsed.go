// Package elapsed compares the age of what a function keeps, such as keys, credentials and answers, with how long it
// may keep them. It does not read a clock.
package elapsed

import "time"

// Within reports whether now is at the time since or later, by less than d. If it reports false, a cache loads again.
//
// The clock can go back: an operator or a time server sets it. If now is before since, the age is not known, and Within
// reports false. If the two times are more than 292 years apart, as from a zero since, [time.Time.Sub] returns the
// longest duration of that sign. Within then reports false as well, for every d. It also reports false if d is zero or
// negative.
//
// If both times have a monotonic reading, that decides. It can stop while a Lambda function is frozen, so clocks for
// Lambda functions return times without it ([time.Time.Round] with 0).
func Within(now, since time.Time, d time.Duration) bool {
	passed := now.Sub(since)
	return 0 <= passed && passed < d
}
