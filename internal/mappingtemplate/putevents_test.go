package mappingtemplate

import (
	"strings"
	"testing"
)

func TestPutEvents(t *testing.T) {
	const bus = "arn:aws:events:eu-west-1:111122223333:event-bus/shop"
	for _, tt := range []struct {
		name, source, detailType string
		want, err                string // parts
	}{
		{"as it is", "shop.api", "order placed",
			`{"Entries": [{"EventBusName": "` + bus + `", "Source": "shop.api", ` +
				`"DetailType": "order placed", "Detail": "$util.escapeJavaScript($input.body).replaceAll("\\'", "'")"}]}`, ""},
		{"what templates and JSON act on", "shop", `$input.body #"x"\`,
			`"DetailType": "\u0024input.body \u0023\"x\"\\", `, ""},
		{"no source", "", "order placed", "", "the source is empty: rules match events by it, so name it"},
		{"no detail type", "shop.api", "", "", "the detail type is empty: rules match"},
		{"a service's source", "aws.s3", "order placed", "",
			`the source is "aws.s3", and EventBridge takes those that begin ` +
				`with aws. from services of AWS alone: name your app, such as shop.api`},
		{"a token", "shop.${Token[TOKEN.7]}", "order placed", "",
			"the source holds a CDK token, whose value is not known here"},
		{"a long source", strings.Repeat("x", 257), "order placed", "", "the source has 257 bytes: want at most 256"},
		{"a long detail type", "shop", strings.Repeat("x", 129), "", "the detail type has 129 bytes: want at most 128"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := PutEvents(bus, tt.source, tt.detailType, nil)
			switch {
			case tt.err == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("the error is\n\t%v\nwant in it\n\t%s", err, tt.err)
			case !strings.Contains(got, tt.want):
				t.Errorf("the template is\n\t%s\nwant in it\n\t%s", got, tt.want)
			}
		})
	}
}
