package gofunction

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// TestEditChangesCodeAlone: another source changes the key of the function's code, and the metadata that names the
// asset, and nothing else. So "cdk deploy --hotswap" replaces the code without CloudFormation: it does for a change
// of Code, Environment and Description, and for no other property.
// Source: classifyChanges(change, ["Code", "Environment", "Description"]) in
// https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/api/hotswap/lambda-functions.ts
func TestEditChangesCodeAlone(t *testing.T) {
	template := func(dir string) string {
		t.Helper()
		stack := newStack(t, nil)
		New(stack, "Orders", &Props{Package: "./orders-fn", Dir: dir})
		outdir := *awscdk.Stage_Of(stack).Synth(nil).Directory()
		text, err := os.ReadFile(filepath.Join(outdir, *stack.TemplateFile()))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := template(shop)
	edited := copyOfShop(t) // since a process builds a package of a folder once
	source := filepath.Join(edited, "price", "price.go")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, bytes.Replace(text, []byte("1 EUR"), []byte("2 EUR"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	after := template(edited)
	code := regexp.MustCompile(`"S3Key": "[0-9a-f]{64}\.zip"|"aws:asset:path": "asset\.[0-9a-f]{64}"`)
	if before == after || code.ReplaceAllString(before, "") != code.ReplaceAllString(after, "") {
		t.Errorf("before the edit:\n%s\nafter it:\n%s", before, after)
	}
}
