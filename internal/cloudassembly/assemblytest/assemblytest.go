// Package assemblytest writes cloud assemblies for tests.
package assemblytest

import (
	"os"
	"path/filepath"
	"testing"
)

// Folder writes files into a new folder and returns its path.
func Folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// WithAssets writes an assembly with one stack and returns its folder. The stack's assets include a folder, a zip file,
// a missing file, and an asset that a command makes.
func WithAssets(t *testing.T, resources string) string {
	t.Helper()
	return Folder(t, map[string]string{
		"manifest.json": `{"version": "54.0.0", "artifacts": {
		  "Shop.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Shop.assets.json"}},
		  "Shop": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Shop.template.json"}}}}`,
		"Shop.assets.json": `{"version": "54.0.0", "files": {
		  "f": {"source": {"path": "asset.f", "packaging": "zip"},
			"destinations": {"d": {"bucketName": "b", "objectKey": "f.zip"}}},
		  "z": {"source": {"path": "asset.z.zip", "packaging": "file"},
			"destinations": {"d": {"bucketName": "b", "objectKey": "deploy-time/z.zip"}}},
		  "g": {"displayName": "Gone/Code", "source": {"path": "asset.g", "packaging": "zip"},
			"destinations": {"d": {"bucketName": "b", "objectKey": "g.zip"}}},
		  "m": {"displayName": "Made/Code", "source": {"executable": ["make"], "packaging": "zip"},
			"destinations": {"d": {"bucketName": "b", "objectKey": "m.zip"}}},
		  "n": {"source": {"path": "nested.template.json", "packaging": "file"},
			"destinations": {"d": {"bucketName": "b", "objectKey": "n.json"}}},
		  "o": {"source": {"path": "asset.z.zip", "packaging": "file"},
			"destinations": {
			  "d": {"bucketName": "b", "objectKey": "on.json"}, "e": {"bucketName": "c", "objectKey": "x/n.json"}}},
		  "self": {"source": {"path": "Shop.template.json", "packaging": "file"},
			"destinations": {"d": {"bucketName": "b", "objectKey": "self.json"}}}}}`,
		"Shop.template.json": `{"Parameters": {"Open": {"Type": "String"}}, "Resources": {` + resources + `}}`,
		"asset.f/bootstrap":  "x",
		"asset.z.zip":        "x",
		"nested.template.json": `{"Parameters": {"Name": {"Type": "String"}},
			"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}},
			"Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}}, "Id": {"Value": {"Ref": "AWS::StackId"}}}}`,
	})
}
