package sigv4

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// skew is how far the time of a signature may differ from now. API Gateway's messages show it:
// https://github.com/mhart/aws4/issues/118 ("20201027T130007Z - 5 min.").
const skew = 5 * time.Minute

// checkTime compares the claim with the clock. A presigned request is valid for X-Amz-Expires seconds from its date.
func (c *claim) checkTime(now time.Time) error {
	life := skew
	if c.expires > 0 {
		life = c.expires
	}
	if earliest := now.Add(-life); c.date.Before(earliest) {
		return &Error{Kind: ErrExpired, Type: typeInvalidSignature,
			Message: fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s.)",
				c.date.Format(isoBasic), earliest.Format(isoBasic), now.Format(isoBasic), minutes(life))}
	}
	if latest := now.Add(skew); c.date.After(latest) {
		return &Error{Kind: ErrExpired, Type: typeInvalidSignature,
			Message: fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %s.)",
				c.date.Format(isoBasic), latest.Format(isoBasic), now.Format(isoBasic), minutes(skew))}
	}
	return nil
}

func minutes(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d sec", d/time.Second)
}

// checkHostSigned rejects a signature that would be valid for any host.
func (c *claim) checkHostSigned() error {
	if slices.Contains(c.signedHeaders, "host") {
		return nil
	}
	return &Error{Kind: ErrIncomplete, Type: typeInvalidSignature,
		Message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."}
}

// checkScope compares the scope that the key was derived for with the scope of this API. Like AWS, it reports
// everything that is wrong at once.
func (c *claim) checkScope(region, service string) error {
	var wrong []string
	if c.region != region {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", c.region))
	}
	if c.service != service {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", service))
	}
	if c.terminator != terminator {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped with a valid terminator: '%s', not '%s'. ",
			terminator, c.terminator))
	}
	if day := c.date.Format("20060102"); c.day != day {
		wrong = append(wrong, fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "+
			"date from HTTP: '%s' != '%s', from '%s'. ",
			c.day, day, c.date.Format(isoBasic)))
	}
	if wrong == nil {
		return nil
	}
	return &Error{Kind: ErrScope, Type: typeInvalidSignature, Message: strings.Join(wrong, "")}
}
