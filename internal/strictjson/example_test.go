package strictjson_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

func Example() {
	v, err := strictjson.Parse(`{
		"type": "REQUEST",
		"headers": {"Authorization": "Bearer abc"},
		"requestContext": {"identity": {"sourceIp": "192.0.2.1"}}
	}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.Get("type").Is("REQUEST"))
	for name, header := range v.Get("headers").Members() {
		value, _ := header.Text()
		fmt.Println(name, "=", value)
	}
	ip, ok := v.Find("requestContext.identity.sourceIp").Text()
	fmt.Println(ip, ok)

	_, err = strictjson.Parse(`{"exp":1,"\u0065xp":2}`)
	fmt.Println(err)
	// Output:
	// true
	// Authorization = Bearer abc
	// 192.0.2.1 true
	// strictjson: a member name occurs twice, at byte 9
}
