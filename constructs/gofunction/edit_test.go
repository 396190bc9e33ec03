package gofunction

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction/internal/gobuild"
)

// TestEditChangesCodeAlone: another source changes the key of the function's code, and the metadata that names the
// asset, and nothing else. So "cdk deploy --hotswap" replaces the code without CloudFormation: it does for a change
// of Code, Environment and Description, and for no other property.
// Source: classifyChanges(change, ["Code", "Environment", "Description"]) in
// https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/api/hotswap/lambda-functions.ts
func TestEditChangesCodeAlone(t *testing.T) {
	dir := shopModule(t)
	template := func() string {
		t.Helper()
		builder = &gobuild.Builder{} // each synthesis is a process of its own
		stack := newStack(t, nil)
		New(stack, "Orders", &Props{Package: "./orders-fn", Dir: dir})
		outdir := *awscdk.Stage_Of(stack).Synth(nil).Directory()
		text, err := os.ReadFile(filepath.Join(outdir, *stack.TemplateFile()))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := template()
	edited := strings.Replace(shop["price/price.go"], "1 EUR", "2 EUR", 1)
	if err := os.WriteFile(filepath.Join(dir, "price", "price.go"), []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	after := template()
	code := regexp.MustCompile(`"S3Key": "[0-9a-f]{64}\.zip"|"aws:asset:path": "asset\.[0-9a-f]{64}"`)
	if before == after || code.ReplaceAllString(before, "") != code.ReplaceAllString(after, "") {
		t.Errorf("before the edit:\n%s\nafter it:\n%s", before, after)
	}
}
