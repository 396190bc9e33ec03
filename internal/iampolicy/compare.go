package iampolicy

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"strings"
	"time"
)

// comparison reports whether a value of the request fits a value of the policy. It returns ok as false if one of them
// does not have the compared type. If request is nil, it checks only the policy's value.
type comparison func(policy string, request *string) (fits, ok bool)

func compareText(policy string, request *string) (fits, ok bool) {
	return request != nil && unescape(policy) == *request, true
}

func compareFolded(policy string, request *string) (fits, ok bool) {
	return request != nil && strings.EqualFold(unescape(policy), *request), true
}

func compareLike(policy string, request *string) (fits, ok bool) {
	return request != nil && Match(policy, *request), true
}

// compareARN compares the six parts of an ARN separately, each with wildcards. The Equals and Like operators do the
// same.
func compareARN(policy string, request *string) (fits, ok bool) {
	if fifthColon(policy) < 0 {
		return false, false
	}
	if request == nil || fifthColon(*request) < 0 {
		return false, request == nil
	}
	want, got := strings.SplitN(policy, ":", 6), strings.SplitN(*request, ":", 6)
	for i := range want {
		if !Match(want[i], got[i]) {
			return false, true
		}
	}
	return true, true
}

// compareIP compares an address with an address or range in CIDR notation (RFC 4632, RFC 4291).
func compareIP(policy string, request *string) (fits, ok bool) {
	network, err := netip.ParsePrefix(policy)
	if err != nil {
		address, err := netip.ParseAddr(policy)
		if err != nil || address.Zone() != "" {
			return false, false
		}
		network = netip.PrefixFrom(address, address.BitLen())
	}
	if request == nil {
		return false, true
	}
	address, err := netip.ParseAddr(*request)
	if err != nil {
		return false, false
	}
	return network.Contains(address.Unmap().WithZone("")), true
}

func compareBool(policy string, request *string) (fits, ok bool) {
	if !strings.EqualFold(policy, "true") && !strings.EqualFold(policy, "false") {
		return false, false
	}
	return request != nil && strings.EqualFold(policy, *request), true
}

func compareBinary(policy string, request *string) (fits, ok bool) {
	want, err := base64.StdEncoding.DecodeString(policy)
	if err != nil {
		return false, false
	}
	if request == nil {
		return false, true
	}
	got, err := base64.StdEncoding.DecodeString(*request)
	return string(want) == string(got), err == nil
}

// ordered is a number or a date. Its compare returns -1, 0 or 1 if it is less than, equal to or greater than another of
// its kind.
type ordered interface{ compare(ordered) int }

func compareOrdered(read func(string) (ordered, bool), holds func(sign int) bool) comparison {
	return func(policy string, request *string) (fits, ok bool) {
		want, ok := read(policy)
		if !ok || request == nil {
			return false, ok
		}
		got, ok := read(*request)
		return ok && holds(got.compare(want)), ok
	}
}

type number struct{ *big.Rat }

func (n number) compare(other ordered) int { return n.Cmp(other.(number).Rat) }

// readNumber parses an integer or a decimal fraction.
func readNumber(s string) (ordered, bool) {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	whole, fraction, point := strings.Cut(digits, ".")
	if len(s) > 100 || len(digits) < len(s)-1 || !allDigits(whole) || point && !allDigits(fraction) {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(s)
	return number{r}, ok
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

type date struct{ time.Time }

func (d date) compare(other ordered) int { return d.Time.Compare(other.(date).Time) }

// dateForms are the formats of https://www.w3.org/TR/NOTE-datetime, which IAM refers to.
var dateForms = [...]string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"}

// readDate parses a date in one of those formats, or seconds since 1970.
func readDate(s string) (ordered, bool) {
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return date{t}, true
		}
	}
	if len(s) > 18 || !allDigits(s) {
		return nil, false
	}
	var seconds int64
	for _, c := range s {
		seconds = seconds*10 + int64(c-'0')
	}
	return date{time.Unix(seconds, 0)}, true
}
