package authz

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/introspection"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// reasonWord matches the code spans in the table of reasons.
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

// Alarms use metrics.UnauthorizedReasons. An alarm on a reason that is never logged would never go off.
func TestMetricReasonsAreDocumented(t *testing.T) {
	_, rows, _ := strings.Cut(reasonsSection(t), "| unauthorized |")
	rows, _, _ = strings.Cut(rows, "| denied |")
	listed := map[string]bool{}
	for _, m := range reasonWord.FindAllStringSubmatch(rows, -1) {
		listed[m[1]] = true
	}
	delete(listed, "cnf") // a claim
	delete(listed, "CertificateBound")
	delete(listed, "DPoPBound")
	if got := slices.Sorted(maps.Keys(listed)); !slices.Equal(got, metrics.UnauthorizedReasons) {
		t.Errorf("docs/authorizer.md has the reasons\n%q, want those of package metrics\n%q",
			got, metrics.UnauthorizedReasons)
	}
}

// Each reason is a value of a metric's dimension, so docs/authorizer.md lists all of them.
func TestReasonsAreDocumented(t *testing.T) {
	listed := map[string]bool{}
	for _, m := range reasonWord.FindAllStringSubmatch(reasonsSection(t), -1) {
		listed[m[1]] = true
	}
	for _, member := range []string{"missing", "got", "want", "cnf"} { // members of log lines and tokens
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
		dpop.ErrProof,
		dpop.ErrKey,
		dpop.ErrMethod,
		dpop.ErrURL,
		dpop.ErrToken,
		dpop.ErrTime,
		dpop.ErrReplay,
		dpop.ErrUnbound,
		dpop.ErrScheme,
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
			t.Errorf("docs/authorizer.md does not list the reason %q", word)
		}
	}
	for word := range listed {
		if !words[word] {
			t.Errorf("docs/authorizer.md lists %q, which is not a reason", word)
		}
	}
}
