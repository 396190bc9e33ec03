package gofunction

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// A change of the source changes only the key of the function's code and the metadata that names the asset. Then
// "cdk deploy --hotswap" replaces the code without CloudFormation. It does so only for changes of Code, Environment and
// Description.
// Source: classifyChanges(change, ["Code", "Environment", "Description"]) in
// https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/api/hotswap/lambda-functions.ts
func TestEditChangesOnlyCode(t *testing.T) {
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
	edited := copyOfShop(t) // a process builds a package of one folder only once
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
		t.Errorf("want a difference only in the code's key; before the edit:\n%s\nafter it:\n%s", before, after)
	}
}
