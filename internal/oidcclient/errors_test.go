package oidcclient

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A provider that has no capacity, or fails, has not refused the client.
func TestEndpointFailure(t *testing.T) {
	for status, want := range map[int]error{
		302: ErrUnavailable, 399: ErrUnavailable, 400: ErrClient, 401: ErrClient, 428: ErrClient, 429: ErrUnavailable,
		430: ErrClient, 499: ErrClient, 500: ErrUnavailable, 503: ErrUnavailable,
	} {
		cause := &refusal{status: status}
		if err := endpointFailure(fmt.Errorf("the token endpoint: %w", cause)); !errors.Is(err, want) ||
			!errors.Is(err, cause) {
			t.Errorf("status %d: got %v (%s), want %v", status, err, Reason(err), want)
		}
	}
}

func TestRefusalSaysTheCode(t *testing.T) {
	for _, c := range []struct {
		of   refusal
		want string
	}{
		{refusal{400, "invalid_client"}, "status 400, error invalid_client"},
		{refusal{status: 400}, "status 400"},
	} {
		if got := c.of.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestRefusalSaysThatRedirectsAreNotFollowed(t *testing.T) {
	for status, want := range map[int]bool{299: false, 300: true, 302: true, 399: true, 400: false} {
		if got := strings.Contains((&refusal{status: status}).Error(), "redirects are not followed"); got != want {
			t.Errorf("status %d: got %v", status, got)
		}
	}
}
