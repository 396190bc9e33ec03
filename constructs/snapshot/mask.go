package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// assetHash matches the hash by which CDK names an asset. Other texts have that form too, such as a digest in an
// environment variable, so only hashes in the stack's asset manifest are masked.
var assetHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// assetManifest is a *.assets.json file: aws-cdk-lib/cloud-assembly-schema, AssetManifest.
type assetManifest struct {
	Files        map[string]assetEntry `json:"files"`
	DockerImages map[string]assetEntry `json:"dockerImages"`
}

type assetEntry struct {
	DisplayName string `json:"displayName"` // the path of the construct within its stack, such as "Orders/Code"
}

// assetNames returns the readable names of a stack's assets by their hashes. It returns nil for a stack without an
// asset manifest. CDK's default synthesizer writes one.
func assetNames(manifestFile string) (map[string]string, error) {
	data, err := os.ReadFile(manifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var manifest assetManifest
	if err := json.Unmarshal(data, &manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", manifestFile, err)
	}
	names := map[string]string{}
	for _, assets := range []map[string]assetEntry{manifest.Files, manifest.DockerImages} {
		for hash, asset := range assets {
			if assetHash.MatchString(hash) {
				name, _ := cloudassembly.BuiltName(asset.DisplayName) // the same whether it was built or not
				names[hash] = strings.TrimSpace("asset " + name)
			}
		}
	}
	return names, nil
}

// maskedTemplate reads a template and replaces the hash of each asset by its name in brackets: the S3Key of a function
// becomes "[asset Orders/Code].zip". Hashes are also in the URL of a nested stack's template, in image URIs, in the
// properties of custom resources that copy assets, and in metadata, so it masks all strings. It also masks the logical
// IDs of functions' current versions: see [versionID].
func maskedTemplate(s synthesized) (any, error) {
	names, err := assetNames(s.manifest)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(s.template)
	if err != nil {
		return nil, err
	}
	template, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.template, err)
	}
	return mask(template, names), nil
}

// versionID matches the logical ID of a function's current version. The ID ends with a digest of the function and its
// code, so it would change with each release of Go.
// Source: aws-cdk-lib 2.270.0, aws-lambda/lib/function.js (currentVersion)
var versionID = regexp.MustCompile(`^(\w*CurrentVersion[0-9A-F]{8})[0-9a-f]{32}$`)

// hashInString matches what may be an asset's hash within a string.
var hashInString = regexp.MustCompile(`[0-9a-f]{64,}`)

func mask(v any, names map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[versionID.ReplaceAllString(key, "$1[version]")] = mask(value, names)
		}
		return out
	case []any:
		for i, value := range v {
			v[i] = mask(value, names)
		}
	case string:
		v = versionID.ReplaceAllString(v, "$1[version]")
		return hashInString.ReplaceAllStringFunc(v, func(s string) string {
			if name, ok := names[s]; ok {
				return "[" + name + "]"
			}
			return s
		})
	}
	return v
}
