def process_request(request):
    return {"visitor": request.arguments.get("name", [b"nobody"])[0].decode()}
