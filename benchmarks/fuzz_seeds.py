"""Documents of our own that fuzz_documents.py breaks: OpenAPI 3.1, 3.0 and Swagger 2.0, with a little of everything."""

import copy
from typing import Any

Json = Any

PET: Json = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "format": "int64", "readOnly": True, "minimum": 1},
        "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 40,
            "pattern": "^[A-Za-z ]+$",
            "description": "What it hears.",
        },
        "kind": {"type": "string", "enum": ["cat", "dog", "other"], "default": "cat"},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 5},
        "owner": {"$ref": "#/components/schemas/Owner"},
        "parent": {"$ref": "#/components/schemas/Pet"},
        "more": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    },
    "example": {"id": 1, "name": "Tom"},
    "xml": {"name": "pet"},
}
OWNER: Json = {
    "allOf": [{"$ref": "#/components/schemas/Person"}, {"type": "object", "properties": {"phone": {"type": "string"}}}],
    "discriminator": {"propertyName": "kind", "mapping": {"person": "#/components/schemas/Person"}},
}
SCHEMAS: Json = {
    "Pet": PET,
    "Owner": OWNER,
    "Person": {
        "type": "object",
        "properties": {"kind": {"const": "person"}, "age": {"type": "number", "exclusiveMinimum": 0}},
    },
    "Either": {"oneOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "null"}], "title": "One or none"},
}
PARAMETERS: list[Json] = [
    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}, "style": "simple"},
    {
        "name": "filter",
        "in": "query",
        "style": "deepObject",
        "explode": True,
        "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
    },
    {
        "name": "sort[]",
        "in": "query",
        "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "-a"]}},
        "explode": False,
    },
    {
        "name": "X-Trace",
        "in": "header",
        "schema": {"type": "string", "format": "uuid"},
        "deprecated": True,
        "example": "a",
    },
    {"name": "session", "in": "cookie", "schema": {"type": "string"}, "allowEmptyValue": True},
    {
        "name": "where",
        "in": "query",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Either"}}},
    },
]
MODERN: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1", "description": "All of them.", "license": {"name": "MIT"}},
    "servers": [
        {"url": "https://{where}.example.com/v1", "variables": {"where": {"default": "api", "enum": ["api", "eu"]}}}
    ],
    "security": [{"key": []}, {}],
    "tags": [{"name": "pets", "description": "Pets"}],
    "paths": {
        "/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "servers": [{"url": "/v2"}],
            "get": {
                "operationId": "getPet",
                "summary": "One pet",
                "tags": ["pets"],
                "parameters": [
                    {"$ref": f"#/components/parameters/{one['name'].strip('[]')}"} for one in PARAMETERS[1:]
                ],
                "responses": {
                    "200": {
                        "description": "It",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "links": {"self": {"operationId": "getPet"}},
                    },
                    "404": {"$ref": "#/components/responses/Missing"},
                    "default": {"description": "else"},
                },
            },
            "put": {
                "requestBody": {"$ref": "#/components/requestBodies/Pet"},
                "responses": {"204": {"description": "Done"}},
                "callbacks": {"done": {"{$request.body#/url}": {"post": {"responses": {}}}}},
            },
            "delete": {"security": [{"oauth": ["write"]}], "responses": {}},
        },
        "/pets": {
            "get": {
                "operationId": "listPets",
                "responses": {
                    "200": {
                        "description": "All",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}
                            }
                        },
                    }
                },
            },
            "post": {
                "operationId": "addPet",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Either"}},
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "photo": {"type": "string", "format": "binary"},
                                    "pet": {"$ref": "#/components/schemas/Pet"},
                                },
                            },
                            "encoding": {
                                "photo": {
                                    "contentType": "image/png",
                                    "headers": {"X-A": {"schema": {"type": "string"}}},
                                }
                            },
                        },
                        "application/xml": {"schema": {"$ref": "#/components/schemas/Pet"}},
                        "application/x-www-form-urlencoded": {
                            "schema": {
                                "type": "object",
                                "properties": {"a": {"type": "array", "items": {"type": "integer"}}},
                            },
                            "encoding": {"a": {"style": "form", "explode": False}},
                        },
                    },
                },
                "responses": {"201": {"description": "New"}},
            },
        },
        "/shared": {"$ref": "#/components/pathItems/Shared"},
    },
    "components": {
        "schemas": SCHEMAS,
        "parameters": {one["name"].strip("[]"): one for one in PARAMETERS},
        "responses": {
            "Missing": {"description": "None", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
        },
        "requestBodies": {"Pet": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}},
        "pathItems": {"Shared": {"get": {"responses": {"200": {"description": "x"}}}}},
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "oauth": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "https://a.example/token", "scopes": {"write": "w"}}},
            },
            "basic": {"type": "http", "scheme": "basic"},
        },
    },
}
OLD: Json = {
    "swagger": "2.0",
    "info": {"title": "Old", "version": "1"},
    "host": "api.example.com",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "paths": {
        "/pets/{id}": {
            "get": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "integer", "format": "int64"},
                    {
                        "name": "tags",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "string"},
                        "collectionFormat": "multi",
                    },
                    {"name": "kind", "in": "query", "type": "string", "enum": ["a", "b"], "default": "a"},
                ],
                "responses": {
                    "200": {
                        "description": "ok",
                        "schema": {"$ref": "#/definitions/Pet"},
                        "examples": {"application/json": {}},
                    }
                },
            },
            "post": {
                "parameters": [
                    {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Pet"}},
                    {"$ref": "#/parameters/page"},
                ],
                "responses": {},
            },
            "put": {
                "consumes": ["multipart/form-data"],
                "parameters": [
                    {"name": "f", "in": "formData", "type": "file"},
                    {"name": "n", "in": "formData", "type": "integer"},
                ],
                "responses": {},
            },
        }
    },
    "definitions": {
        "Pet": {
            "type": "object",
            "properties": {"id": {"type": "integer"}, "next": {"$ref": "#/definitions/Pet"}},
            "x-nullable": True,
        }
    },
    "parameters": {"page": {"name": "page", "in": "query", "type": "integer", "minimum": 1, "exclusiveMinimum": True}},
    "securityDefinitions": {
        "k": {"type": "apiKey", "in": "query", "name": "key"},
        "o": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a.example", "scopes": {}},
    },
    "security": [{"k": []}],
}
MIDDLE: Json = {
    **copy.deepcopy(MODERN),
    "openapi": "3.0.3",
    "components": {
        **MODERN["components"],
        "schemas": {
            **SCHEMAS,
            "Person": {
                "type": "object",
                "nullable": True,
                "properties": {"age": {"type": "number", "minimum": 0, "exclusiveMinimum": True}},
            },
        },
    },
}
SEEDS: tuple[Json, ...] = (MODERN, OLD, MIDDLE)
