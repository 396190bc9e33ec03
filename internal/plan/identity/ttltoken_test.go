package identity

import (
	"strings"
	"testing"
	"time"
)

func TestTTLTokens(t *testing.T) {
	token, number := -1.8881545897087626e289, 60.0
	for _, tt := range []struct {
		name    string
		given   time.Duration
		seconds *float64
		want    string // "" for nothing wrong
	}{
		{"none", time.Minute, nil, ""},
		{"a token", 0, &token, ""},
		{"both", NoCache, &token, "and CacheTTLSeconds is set too: leave one of them out"},
		{"a number", 0, &number, "CacheTTLSeconds is for CDK tokens, such as the ValueAsNumber of a CfnParameter"},
	} {
		err := CheckTTLToken(tt.given, tt.seconds)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
