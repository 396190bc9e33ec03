package jsiienv

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Variables that silence jsii's warning of a release of Node.js past its end of life, which has eleven lines. The first
// is a list of major versions, separated by commas, that is looked at six months after a release's end of life; the
// second is looked at before, and any value will do.
// Source: https://github.com/aws/jsii/blob/main/packages/%40jsii/check-node/src/index.ts
const (
	SilenceEndOfLife  = "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"
	silenceDeprecated = "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION"
)

// endsOfLife are those of the releases with long-term support that run CDK.
// Source: https://github.com/nodejs/release#release-schedule
var endsOfLife = map[int]string{18: "2025-04-30", 20: "2026-04-30", 22: "2027-04-30", 24: "2028-04-30"}

var nodeVersion = regexp.MustCompile(`^v(\d+)\.\d+\.\d+`)

// Silence returns the variables with which jsii is silent about a version of Node.js, such as "v20.20.2", if it would
// not be, and one line to say instead.
func Silence(getenv func(string) string, version string, now time.Time) (environ []string, note string) {
	m := nodeVersion.FindStringSubmatch(version)
	if m == nil {
		return nil, ""
	}
	major, _ := strconv.Atoi(m[1])
	end, known := endsOfLife[major]
	day, err := time.Parse(time.DateOnly, end)
	if !known || err != nil || now.Before(day) {
		return nil, ""
	}
	silenced := strings.FieldsFunc(getenv(SilenceEndOfLife), func(r rune) bool { return r == ',' || r == ' ' })
	if slices.Contains(silenced, m[1]) {
		return nil, ""
	}
	return []string{SilenceEndOfLife + "=" + strings.Join(append(silenced, m[1]), ","), silenceDeprecated + "=" + m[1]},
		fmt.Sprintf("Node.js %s works, but reached its end of life on %s: install a newer one, or set %s=%s to leave "+
			"this line out",
			m[1], end, SilenceEndOfLife, m[1])
}
