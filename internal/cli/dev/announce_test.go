package dev

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
)

// TestAnnounceWatch: the folder is named also where it is the working directory.
func TestAnnounceWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	folder := watchedFolder(&source{files: &cdkapp.Sources{}})
	newReporter(&command.Process{Stdout: &out, Now: time.Now}, false).announced(announcement{watched: folder})
	if want := "\nwatching " + here + " for changes\n"; !strings.Contains(out.String(), want) {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// How to revoke a token is said where an authorizer asks whether it has been.
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
