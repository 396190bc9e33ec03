package assemblytest

// Template has an example of each kind of reference, and values that cannot be resolved.
const Template = `{
  "Parameters": {
    "Env": {"Type": "String", "Default": "prod"},
    "Size": {"Type": "Number", "Default": 512},
    "Zones": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
    "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>", "Default": ""},
    "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/images/latest"},
    "Images": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/images/all"},
    "Given": {"Type": "String"},
    "Open": {"Type": "String"}
  },
  "Mappings": {"Regions": {"us-east-1": {"code": "iad", "list": ["x", "y"]}, "eu-west-1": {"code": "dub"}}},
  "Conditions": {
    "IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
    "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
    "SizeIs512": {"Fn::Equals": [{"Ref": "Size"}, 512]},
    "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "SizeIs512"}]},
    "Neither": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
    "Either": {"Fn::Or": [{"Condition": "IsDev"}, {"Fn::Equals": ["a", "b"]}]},
    "Lazy": {"Fn::Or": [{"Condition": "IsProd"}, {"Fn::Equals": [{"Ref": "Open"}, ""]}]},
    "Loop": {"Fn::Not": [{"Condition": "Pool"}]}, "Pool": {"Condition": "Loop"},
    "NeedsOpen": {"Fn::Equals": [{"Ref": "Open"}, "x"]},
    "Odd": {"Fn::Contains": [["a"], "a"]}
  },
  "Resources": {
    "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": {"Fn::Sub": "${Env}-orders"}}},
    "Plain": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": {"Ref": "AWS::NoValue"}}},
    "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": 7}},
    "Dev": {"Type": "AWS::SQS::Queue", "Condition": "IsDev"},
    "Chicken": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Egg"}}},
    "Egg": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": ["Chicken", "QueueName"]}}},
    "Needs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Open"}}},
    "Listed": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": ["a"]}},
    "Custom": {"Type": "Custom::Thing"},
    "Strange": {"Type": "AWS::EC2::VPC"}
  }
}`
