package dev

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestAnnounceWatch checks that the announcement names the folder, even if it is the working directory.
func TestAnnounceWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	folder := (&source{files: &cdkapp.Sources{}}).watched()
	newReporter(&command.Process{Stdout: &out, Now: time.Now}, false).announced(announcement{watched: folder})
	if want := "\nwatching " + here + " for changes\n"; !strings.Contains(out.String(), want) {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// TestAnnounceRevocation checks that the announcement says how to revoke a token if an authorizer introspects tokens.
func TestAnnounceRevocation(t *testing.T) {
	var out strings.Builder
	newReporter(&command.Process{Stdout: &out, Now: time.Now}, false).announced(announcement{
		revokers: []revoker{{"https://idp.example.com/", "http://127.0.0.1:1/issuers/idp/revoke"}},
	})
	want := "# revokes a token of https://idp.example.com/\ncurl -d token=TOKEN http://127.0.0.1:1/issuers/idp/revoke\n"
	if !strings.Contains(out.String(), want) {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// TestNotes checks that surprising facts are printed before the announcement, each with a fix.
func TestNotes(t *testing.T) {
	limited := []tryout.Example{{Limited: true}}
	for _, c := range []struct {
		name string
		note func(note func(string, ...any))
		want string
	}{
		{"values of AWS", func(note func(string, ...any)) {
			noteTemplates(note, flags{}, &cloudassembly.Assembly{Missing: []string{"hosted-zone:a", "vpc-provider:b"}},
				&apimodel.Model{})
		}, `the app needs values that CDK looks up in AWS (hosted-zone:a, vpc-provider:b): run "cdk synth" once, which ` +
			"saves them in cdk.context.json"},
		{"an address of this machine", func(note func(string, ...any)) { noteAddress(note, flags{}, limited) },
			"a resource policy does not allow 127.0.0.1: set the source address of requests with --source-ip to one that " +
				"the policy allows"},
		{"a given address", func(note func(string, ...any)) {
			noteAddress(note, flags{sourceIP: "198.51.100.7"}, limited)
		}, "a resource policy does not allow 198.51.100.7: set another address with --source-ip"},
		{"no limit", func(note func(string, ...any)) { noteAddress(note, flags{}, []tryout.Example{{}}) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			c.note(func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) })
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		example tryout.Example
		want    string
	}{
		{tryout.Example{Status: 403, Called: "function"}, "403"},
		{tryout.Example{Called: "function"}, "decided by the function"},
		{tryout.Example{Called: "integration"}, "decided by the integration"},
	} {
		if got := outcome(c.example); got != c.want {
			t.Errorf("want %s, got %s", c.want, got)
		}
	}
}

// TestTryIt checks that only examples with a token are introduced as such.
func TestTryIt(t *testing.T) {
	for name, c := range map[string]struct {
		example tryout.Example
		tokens  bool
	}{
		"a token":   {tryout.Example{Headers: []string{"Accept: */*", "Authorization: Bearer t"}}, true},
		"a session": {tryout.Example{Cookies: "__Host-session=s", Headers: []string{"Sec-Fetch-Site: same-origin"}}, false},
		"a key":     {tryout.Example{Key: &checks.AccessKey{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := tryIt([]tryout.Example{{}, c.example})
			if strings.Contains(got, "gatehouse token") != c.tokens {
				t.Errorf("got %q", got)
			}
		})
	}
}
