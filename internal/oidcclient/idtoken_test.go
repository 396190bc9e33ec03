package oidcclient

import "testing"

func TestTokenHash(t *testing.T) {
	// The example of OpenID Connect Core 1.0, appendix A.4, has this pair.
	const access, want = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ"
	if got := tokenHash("RS256", access); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for algorithm, size := range map[string]int{"ES384": 32, "PS512": 43, "EdDSA": 43} {
		if got := tokenHash(algorithm, access); len(got) != size {
			t.Errorf("%s: %d characters, want %d", algorithm, len(got), size)
		}
	}
}
