package apimodel

func (b *builder) readData() {
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"} {
		b.each(kind, func(r *reader) {
			t := &Table{ID: r.id, Name: r.physicalID(), ARN: r.attribute("Arn")}
			types := map[string]string{}
			for _, a := range r.objects("AttributeDefinitions") {
				types[a.text("AttributeName")] = a.text("AttributeType")
			}
			for _, k := range r.objects("KeySchema") {
				name := k.need("AttributeName")
				t.Keys = append(t.Keys, TableKey{Name: name, Type: types[name], Sort: k.text("KeyType") == "RANGE"})
			}
			b.model.Tables = append(b.model.Tables, t)
		})
	}
	b.each("AWS::SecretsManager::Secret", func(r *reader) {
		b.model.Secrets = append(b.model.Secrets, &Secret{
			ID:        r.id,
			ARN:       r.physicalID(),
			Name:      r.text("Name"),
			Value:     r.text("SecretString"),
			Generated: r.has("GenerateSecretString"),
		})
	})
}
