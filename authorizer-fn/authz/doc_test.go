package authz

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/introspection"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// reasonWord matches the words in code in the table of reasons.
var reasonWord = regexp.MustCompile("`([a-z0-9_]+)`")

// reasonsSection returns the section on reasons of docs/authorizer.md.
func reasonsSection(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/authorizer.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "### Reasons")
	section, _, _ = strings.Cut(section, "### Metrics")
	return section
}

// TestUnauthorizedReasonsAreThoseOfTheDocumentation compares the reasons that alarms know with the documentation. An
// alarm on a reason that is never written would never go off.
func TestUnauthorizedReasonsAreThoseOfTheDocumentation(t *testing.T) {
	_, rows, _ := strings.Cut(reasonsSection(t), "| unauthorized |")
	rows, _, _ = strings.Cut(rows, "| denied |")
	listed := map[string]bool{}
	for _, m := range reasonWord.FindAllStringSubmatch(rows, -1) {
		listed[m[1]] = true
	}
	delete(listed, "cnf") // a claim
	delete(listed, "CertificateBound")
	if got := slices.Sorted(maps.Keys(listed)); !slices.Equal(got, metrics.UnauthorizedReasons) {
		t.Errorf("the documentation has\n%q, and the metrics\n%q", got, metrics.UnauthorizedReasons)
	}
}

// TestEveryReasonIsDocumented checks that the reasons are exactly those that docs/authorizer.md lists, since each is
// the value of a metric's dimension.
func TestEveryReasonIsDocumented(t *testing.T) {
	listed := map[string]bool{}
	for _, m := range reasonWord.FindAllStringSubmatch(reasonsSection(t), -1) {
		listed[m[1]] = true
	}
	for _, member := range []string{"missing", "got", "want", "cnf"} { // of the line, and of a token
		delete(listed, member)
	}
	want := []error{
		jwt.ErrNoToken,
		jwt.ErrSeveralTokens,
		jwt.ErrTooLong,
		jwt.ErrSerialization,
		jwt.ErrBase64,
		jwt.ErrHeader,
		jwt.ErrClaims,
		jwt.ErrAlgorithm,
		jwt.ErrType,
		jwt.ErrCritical,
		jwt.ErrKeyID,
		jwt.ErrIssuer,
		jwt.ErrAudience,
		jwt.ErrTokenUse,
		jwt.ErrExpired,
		jwt.ErrTime,
		jwt.ErrNotYet,
		jwt.ErrClient,
		jwt.ErrLifetime,
		jwt.ErrBound,
		jwt.ErrClaimType,
		jwt.ErrUnknownKey,
		jwt.ErrAmbiguousKey,
		jwt.ErrKeyMismatch,
		jwt.ErrSignatureShape,
		jwt.ErrSignature,
		jwt.ErrForm,
		jwt.ErrInactive,
		introspection.ErrUnavailable,
		jwt.ErrUnavailable,
		jwt.ErrConfig,
		errUnbound,
		errCertificate,
		errPrincipal,
		ErrEvent,
		errHook,
		errHookTimeout,
	}
	words := map[string]bool{
		"rights":     true,
		"route":      true,
		"path":       true,
		"panic":      true,
		"policy":     true,
		"method_arn": true,

		"session":       true,
		"session_ended": true,
		"provider":      true,
		"cross_site":    true,
	}
	for _, err := range want {
		words[reasonOf(err)] = true
	}
	for word := range words {
		if !listed[word] {
			t.Errorf("%q is not documented", word)
		}
	}
	for word := range listed {
		if !words[word] {
			t.Errorf("%q is documented, and is no reason", word)
		}
	}
}
