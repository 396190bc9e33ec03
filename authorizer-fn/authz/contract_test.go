package authz

import (
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// The contract has a numbered line for each rule on the authorizer's answers. docs/authorizer-answers.md has its text.
// TestContract has cases for every line, and
//
//	go test ./authorizer-fn/authz -run TestContract -v -matrix
//
// prints the expected and the actual answers.
var matrix = flag.Bool("matrix", false, "print each case of the contract, with the expected and the actual answer")

// These are the outcomes that a rule can expect.
const (
	allow    = "allowed" // a policy that allows the request
	deny     = "403"     // a policy that denies it, or does not allow it
	reject   = "401"     // the error Unauthorized
	fault    = "500"     // another error, not cached
	noStart  = "500, at init"
	ofSynth  = "refused at synth" // by package secureapi, which has the test
	elsewise = "a wrong answer"
)

// rule is one case of the contract.
type rule struct {
	line   int
	name   string
	want   string
	change func(*setup)                                // changes the fixture, unless it is nil
	event  []byte                                      // sent to the authorizer, unless do is set
	do     func(t *testing.T, f *fixture) (got string) // returns the outcome
}

func TestContract(t *testing.T) {
	type row struct {
		rule
		got, reason string
	}
	var rows []row
	seen := map[int]bool{}
	for _, r := range slices.Concat(corpusRules(), inputRules(), keyRules(), policyRules(), pathRules(), escapeRules(),
		eventRules()) {
		inBubble(t, fmt.Sprintf("%02d %s", r.line, r.name), func(t *testing.T) {
			f, err := tryFixture(func(s *setup) {
				s.config.Issuers[0].Algorithms = authztest.Algorithms
				s.issuer.PublishText(authztest.CorpusKeys())
				if r.change != nil {
					r.change(s)
				}
			})
			got := noStart
			switch {
			case err != nil:
				checkNoToken(t, string(r.event), err.Error())
			case r.do != nil:
				got = r.do(t, f)
			default:
				got = f.outcome(t, r.event)
			}
			checkNoToken(t, string(r.event), f.log.String())
			reason := f.reason()
			rows = append(rows, row{r, got, reason})
			if words := reasons[r.line]; got == reject && words != "" && !slices.Contains(strings.Fields(words), reason) {
				t.Errorf("rejected: got the reason %q, want one of %q", reason, words)
			}
			if got != r.want {
				t.Errorf("got %s, want %s; err: %v; log: %s", got, r.want, err, f.log)
			}
		})
		seen[r.line] = true
	}
	for line := 1; line <= 58; line++ {
		// Package lambdahttp and the gateway's tests of encoded paths test the backend's part of line 56.
		if !seen[line] && line != 56 {
			t.Errorf("line %d of the contract has no case", line)
		}
	}
	if !*matrix {
		return
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.line - b.line })
	fmt.Printf("%4s  %-66s %-36s %-36s %s\n", "line", "case", "expected", "got", "reason in the log")
	for _, r := range rows {
		fmt.Printf("%4d  %-66s %-36s %-36s %s\n", r.line, printable(r.name), printable(r.want), printable(r.got), r.reason)
	}
}

// reasons has the logged reasons that the rejections of a line may have. A rejection for another reason would not test
// the rule.
var reasons = map[int]string{
	1:  "no_token",
	2:  "several_tokens no_token",
	3:  "serialization too_long header",
	4:  "too_long",
	5:  "base64 serialization",
	6:  "base64",
	7:  "serialization several_tokens",
	8:  "algorithm",
	9:  "algorithm",
	10: "key_mismatch signature",
	11: "signature signature_shape",
	12: "signature signature_shape",
	13: "unknown_key",
	15: "unknown_key signature",
	16: "unknown_key key_id",
	17: "unknown_key",
	18: "signature",
	20: "unknown_key algorithm",
	21: "critical",
	22: "type critical",
	23: "header claims",
	24: "time issuer audience algorithm",
	25: "time expired claims",
	26: "time not_yet",
	27: "issuer",
	28: "audience",
	29: "token_use audience type",
	30: "claims header",
	49: "unknown_key",
	50: "key_mismatch algorithm",
	51: "signature unknown_key",
	53: "bound",
	54: "lifetime client audience",
	43: "several_tokens no_token",
	44: "several_tokens no_token",
	47: "principal claim_type",
}

// reason returns the logged reason of the last decision.
func (f *fixture) reason() string {
	if f == nil {
		return ""
	}
	log := f.log.String()
	_, after, found := strings.Cut(log[strings.LastIndex(log, `"message":"decision"`)+1:], `"reason":"`)
	if !found {
		return ""
	}
	word, _, _ := strings.Cut(after, `"`)
	return word
}

// printable quotes a text with special characters, and shortens a long word.
func printable(s string) string {
	if q := strconv.Quote(s); q[1:len(q)-1] != s {
		s = q
	}
	if len(s) > 34 && !strings.Contains(s, " ") {
		s = s[:30] + "..."
	}
	return s
}

// outcome sends an event and returns how API Gateway reads the answer. It evaluates the policy for the event's method
// ARN.
func (f *fixture) outcome(t testing.TB, payload []byte) string {
	t.Helper()
	answer, err := f.invoke(payload)
	return outcomeOf(t, answer, err, methodARN(payload))
}

func outcomeOf(t testing.TB, answer string, err error, arn string) string {
	t.Helper()
	switch {
	case err != nil && answer != "":
		return elsewise
	case err != nil && err.Error() == "Unauthorized":
		return reject
	case err != nil:
		if errors.Is(err, ErrUnauthorized) {
			return elsewise
		}
		return fault
	}
	a := readAnswer(t, answer)
	d := a.policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn})
	if d.Outcome == iampolicy.Allowed {
		return allow
	}
	return deny
}

// rightsOn returns which of the requests, written as "GET /path", the policy of the answer allows.
func (f *fixture) rightsOn(t testing.TB, payload []byte, requests ...string) string {
	t.Helper()
	text, err := f.invoke(payload)
	if err != nil {
		return err.Error()
	}
	a := readAnswer(t, text)
	var out []string
	for _, r := range requests {
		method, path, _ := strings.Cut(r, " ")
		d := a.policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: authztest.ARN(method, path)})
		if d.Outcome == iampolicy.Allowed {
			out = append(out, r)
		}
	}
	return strings.Join(out, ", ")
}

// secretsOf returns the parts of a token that a log must not contain, encoded and decoded. It omits short parts, and
// the values of a verified token that are logged.
func secretsOf(token string) (pieces []string) {
	const least = 12
	for part := range strings.SplitSeq(token, ".") {
		for at := 0; at+least <= len(part); at++ {
			pieces = append(pieces, part[at:at+least])
		}
		if text, err := base64.RawURLEncoding.DecodeString(part); err == nil && strings.Contains(string(text), "canary") {
			pieces = append(pieces, "Zx81-canary-claim", "canary")
		}
	}
	return pieces
}

// checkNoToken fails the test if the log contains a part of a token that is in the event.
func checkNoToken(t testing.TB, event, log string) {
	t.Helper()
	for _, always := range []string{
		"1700000000000",
		"2023-11-14T22:13:20.000Z",
		"8476a536-e9f4-11e8-9739-2dfe598c3fcd",
		"1-5759e988-bd862e3fe1be46a994272793",
	} {
		log = strings.ReplaceAll(log, always, "")
	}
	for word := range strings.FieldsFuncSeq(event, func(r rune) bool { return strings.ContainsRune(" \",;=\\{}[]", r) }) {
		if strings.Count(word, ".") < 2 || strings.Contains(word, "/") || strings.Contains(word, "amazonaws") {
			continue
		}
		for _, piece := range secretsOf(word) {
			if strings.Contains(log, piece) {
				t.Fatalf("the log contains %q of the token %.60s...: %s", piece, word, log)
			}
		}
	}
}
